"""What was asked is a method and a path: rows of another method are not of the workload."""

import pytest

from orchestrator.audit.body import Asked, body_sizes, workload_path
from orchestrator.audit.row import ResultRow

POSTED = Asked(workload="orders", method="POST", path="/orders", body_bytes=100, told=True)
READ = Asked(workload="read", path="/orders", body_bytes=100, told=True)


def row(method: str, path: str, body_bytes: float = 100) -> ResultRow:
    return ResultRow(name="flask", method=method, path=path, body_bytes=body_bytes, requests=9)


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/orders"), ("", "/orders"), ("", "POST /orders")]
)
def test_a_row_of_the_workloads_request_is_right(method: str, path: str) -> None:
    assert list(workload_path(row(method, path), POSTED)) == []


@pytest.mark.parametrize(("method", "path"), [("GET", "/orders"), ("", "GET /orders?x=1")])
def test_a_row_of_another_method_is_named(method: str, path: str) -> None:
    (finding,) = workload_path(row(method, path), POSTED)
    assert (finding.rule, finding.expected) == ("workload-path", "POST /orders")
    assert str(finding.seen).startswith("GET /orders")
    assert (
        "labelled as workload 'orders' (POST /orders), but the 9 requests asked for GET"
        in finding.text
    )


def test_a_row_of_another_path_is_named_by_its_path() -> None:
    (finding,) = workload_path(row("POST", "/json"), POSTED)
    assert (finding.seen, finding.expected) == ("/json", "/orders")


def test_sizes_are_compared_within_the_workloads_method() -> None:
    rows = [(row("POST", "/orders", 7), READ), (row("GET", "/orders", 100), READ)]
    assert list(body_sizes(rows)) == []
    (finding,) = body_sizes([(row("POST", "/orders", size), POSTED) for size in (100, 100, 7)])
    assert (finding.rule, finding.seen, finding.expected) == ("body-size", 7, 100)
