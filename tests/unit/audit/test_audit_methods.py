"""What was asked is a method and a path: rows of another method are not of the workload."""

import pytest

from orchestrator.audit.body import Asked, body_sizes, workload_path
from orchestrator.audit.row import ResultRow

POSTED = Asked(workload="orders", method="POST", path="/orders", body_bytes=100, told=True)
SEARCH = Asked(workload="search", path="/search?q=1", body_bytes=100, told=True)
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


@pytest.mark.parametrize("path", ["/search?q=1", "GET http://host:8000/search?q=1"])
def test_a_workload_may_have_a_query(path: str) -> None:
    assert list(workload_path(row("", path), SEARCH)) == []


@pytest.mark.parametrize("path", ["/search", "/search?q=2"])
def test_a_row_without_the_workloads_query_is_named(path: str) -> None:
    (finding,) = workload_path(row("GET", path), SEARCH)
    assert (finding.seen, finding.expected) == (path, "/search?q=1")


def test_another_method_of_a_workload_with_a_query_is_named_with_it() -> None:
    (finding,) = workload_path(row("POST", "/search?q=1"), SEARCH)
    assert (finding.seen, finding.expected) == ("POST /search?q=1", "GET /search?q=1")


def test_sizes_are_compared_among_rows_with_the_workloads_query() -> None:
    rows = [row("GET", "/search?q=1", size) for size in (100, 100, 7)]
    (finding,) = body_sizes([(one, SEARCH) for one in (*rows, row("GET", "/search?q=2", 5))])
    assert (finding.rule, finding.seen, finding.expected) == ("body-size", 7, 100)


def test_sizes_are_compared_within_the_workloads_method() -> None:
    rows = [(row("POST", "/orders", 7), READ), (row("GET", "/orders", 100), READ)]
    assert list(body_sizes(rows)) == []
    (finding,) = body_sizes([(row("POST", "/orders", size), POSTED) for size in (100, 100, 7)])
    assert (finding.rule, finding.seen, finding.expected) == ("body-size", 7, 100)
