"""Values for the interactive use are checked before anything starts."""

import pytest

from labload.values import main, wrong


def test_valid_values_have_no_problem(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--users=64", "--workload=json", "--run-time=120s"]) == 0
    assert capsys.readouterr().out == "Locust can use them\n"


def test_all_invalid_values_are_reported_with_what_is_allowed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--users=many", "--workload=xml", "--run-time=-5\x1bs"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "LAB_USERS = 'many': give a whole number from 1 to 100,000",
        "LAB_WORKLOAD = 'xml': give json or text",
        "LAB_RUN_TIME = '-5\\x1bs': give a time more than 0, such as 120s, 5m or 1h30m",
        "set them in the environment or in .env, and start again",
    ]


def test_a_missing_value_is_invalid() -> None:
    assert len(wrong({}, ("json",))) == 3
