"""An answer must be exactly what the contract says. Any difference is named."""

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from labwire.exchange import Method, Request
from labwire.expectation import Expectation
from orchestrator.contract import changes, digest, endpoint, normalized, problems
from orchestrator.errors import UsageError
from orchestrator.files.manifests import read_contract
from orchestrator.model.record import Endpoint
from tests.unit.examples import JSON, TEXT, answer, manifest, probe


def test_right_answers_have_no_problems() -> None:
    told = probe("flask", answer(JSON), answer(JSON), answer(TEXT), answer(TEXT))
    assert problems(told, [JSON, TEXT], manifest()) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        pytest.param({"status": 201}, "GET /json: status 201, not 200", id="status"),
        pytest.param(
            {"content_type": "text/html"},
            "GET /json: content type 'text/html', not 'application/json'",
            id="type",
        ),
        pytest.param(
            {"body": b'{"a":2}'},
            "GET /json: body of 7 bytes is not the contract's 7 bytes: '{\"a\":2}'",
            id="one byte of the body",
        ),
        pytest.param(
            {"body": b'{"a":1}\n'},
            "GET /json: body of 8 bytes is not the contract's 7 bytes: '{\"a\":1}\\n'",
            id="one byte more",
        ),
        pytest.param(
            {"keep_alive": False},
            "GET /json: service.toml says the connection stays open, but it was closed",
            id="connection",
        ),
    ],
)
def test_a_wrong_answer_is_named(changes: dict[str, Any], problem: str) -> None:
    assert problems(probe("flask", answer(**changes)), [JSON], manifest()) == (problem,)


def test_keep_alive_against_the_manifest_is_named() -> None:
    assert problems(probe(), [JSON], manifest(keep_alive=False)) == (
        "GET /json: service.toml says the connection is closed, but it stayed open",
    )


def test_only_the_second_answer_wrong_is_a_problem() -> None:
    told = probe("flask", answer(), answer(status=500))
    assert problems(told, [JSON], manifest()) == ("GET /json: status 500, not 200",)


def test_the_same_problem_is_reported_once() -> None:
    told = probe("flask", answer(status=500), answer(status=500))
    assert problems(told, [JSON], manifest()) == ("GET /json: status 500, not 200",)


def test_a_path_without_answer_is_named() -> None:
    assert problems(probe(), [JSON, TEXT], manifest()) == ("GET /text: no answer",)


def test_two_methods_at_one_path_are_two_workloads() -> None:
    posted = replace(
        JSON, workload="posted", request=Request(method=Method.POST, path="/json", body=b"1")
    )
    told = probe("flask", answer(JSON), answer(posted, status=500))
    assert problems(told, [JSON, posted], manifest()) == ("POST /json: status 500, not 200",)
    assert problems(probe(), [JSON, posted], manifest()) == ("POST /json: no answer",)
    assert endpoint(posted) == Endpoint(
        method="POST",
        path="/json",
        content_type="application/json",
        body_bytes=7,
        digest=digest(posted),
    )


def test_two_workloads_with_one_method_and_path_are_told_apart_by_their_names() -> None:
    small, large = (
        replace(JSON, workload=name, request=replace(JSON.request, headers=(("X-Size", name),)))
        for name in ("small", "large")
    )
    told = probe("flask", answer(small), answer(large, status=500, keep_alive=False))
    assert problems(told, [small, large, TEXT], manifest()) == (
        "GET /text: no answer",
        "large: GET /json: status 500, not 200",
        "large: GET /json: service.toml says the connection stays open, but it was closed",
    )
    assert problems(probe("flask", answer(TEXT)), [small, large, TEXT], manifest()) == (
        "large: GET /json: no answer",
        "small: GET /json: no answer",
    )


def test_the_digest_is_of_a_form_that_other_programs_can_make() -> None:
    headed = replace(JSON, request=replace(JSON.request, headers=(("A", "b"),)))
    form = b'3:GET5:/json0:3:20016:application/json7:{"a":1}'
    assert digest(JSON) == hashlib.sha256(form).hexdigest()
    assert digest(headed) == hashlib.sha256(form + b"1:A1:b").hexdigest()


def altered(request: dict[str, Any], right: dict[str, Any]) -> Expectation:
    return replace(
        JSON, request=replace(JSON.request, **request), right=replace(JSON.right, **right)
    )


@pytest.mark.parametrize(
    ("request_", "right"),
    [
        ({"method": Method.PUT}, {}),
        ({"path": "/json?x=1"}, {}),
        ({"headers": (("A", "b"),)}, {}),
        ({"body": b"x"}, {}),
        ({}, {"status": 201}),
        ({}, {"content_type": b"text/plain"}),
        ({}, {"body": b'{"a":2}'}),
    ],
    ids=str,
)
def test_every_part_of_a_changed_workload_is_noticed(
    request_: dict[str, Any], right: dict[str, Any]
) -> None:
    before = {"json": endpoint(JSON), "text": endpoint(TEXT)}
    assert changes(before, {"json": JSON, "text": TEXT}) == ()
    assert changes(before, {"json": altered(request_, right), "text": TEXT}) == ("json",)


def test_of_an_unknown_digest_nothing_is_said() -> None:
    other = altered({}, {"status": 201})
    assert changes({"json": replace(endpoint(JSON), digest=None)}, {"json": other}) == ()
    assert changes({}, {"json": other}) == ()


def test_packages_that_are_not_installed_are_named() -> None:
    facts = manifest(packages=("Flask", "uvloop", "httptools"))
    assert problems(probe(), [JSON], facts) == (
        "service.toml names packages that are not installed: uvloop, httptools",
    )


def test_all_problems_are_reported_together() -> None:
    told = probe("flask", answer(status=500, content_type="text/html", body=b""))
    assert len(problems(told, [JSON, TEXT], manifest(packages=("uvloop",)))) == 5


def test_the_content_type_is_compared_without_case_as_in_the_load() -> None:
    said = answer(JSON, content_type="Application/JSON;charset=utf-8")
    assert problems(probe("flask", said, said), [JSON], manifest()) == ()


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"body": "é" * 524_289}, "a body of 1,048,578 bytes is longer than the 1,048,576"),
        ({"status": 101}, "status = 101: give a status from 200 to 599"),
        ({"status": 304}, "a response with the status 304 has no body"),
    ],
)
def test_a_contract_that_no_service_can_keep_is_refused_before_anything_starts(
    changes: dict[str, Any], why: str, tmp_path: Path
) -> None:
    table = {"path": "/json", "status": 200, "content_type": "application/json", "body": "{}"}
    members = "\n".join(
        f"{name} = {json.dumps(value)}" for name, value in (table | changes).items()
    )
    (tmp_path / "contract.toml").write_text(f"[json]\n{members}\n")
    with pytest.raises(UsageError) as refused:
        read_contract(tmp_path)
    (problem,) = refused.value.problems
    assert "contract.toml" in problem
    assert "[json]" in problem
    assert why in problem


def test_package_names_are_compared_as_packaging_does() -> None:
    assert normalized("Zope.Interface_x") == "zope-interface-x"
