"""An answer is exactly what the contract says, or the difference is named."""

from typing import Any

import pytest

from orchestrator.contract import normalized, problems
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


def test_a_connection_that_stays_open_against_the_manifest_is_named() -> None:
    assert problems(probe(), [JSON], manifest(keep_alive=False)) == (
        "GET /json: service.toml says the connection is closed, but it stayed open",
    )


def test_only_the_second_answer_wrong_is_a_problem() -> None:
    told = probe("flask", answer(), answer(status=500))
    assert problems(told, [JSON], manifest()) == ("GET /json: status 500, not 200",)


def test_the_same_problem_twice_is_told_once() -> None:
    told = probe("flask", answer(status=500), answer(status=500))
    assert problems(told, [JSON], manifest()) == ("GET /json: status 500, not 200",)


def test_a_path_without_answer_is_named() -> None:
    assert problems(probe(), [JSON, TEXT], manifest()) == ("GET /text: no answer",)


def test_packages_that_are_not_installed_are_named() -> None:
    facts = manifest(packages=("Flask", "uvloop", "httptools"))
    assert problems(probe(), [JSON], facts) == (
        "service.toml names packages that are not installed: uvloop, httptools",
    )


def test_everything_wrong_is_told_together() -> None:
    told = probe("flask", answer(status=500, content_type="text/html", body=b""))
    assert len(problems(told, [JSON, TEXT], manifest(packages=("uvloop",)))) == 5


def test_names_are_compared_as_packaging_does() -> None:
    assert normalized("Zope.Interface_x") == "zope-interface-x"
