"""What a person sets for the interactive use is looked at before anything starts."""

import pytest

from labload.interactive.values import main, wrong


def test_values_that_locust_can_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--users=64", "--workload=json", "--run-time=120s"]) == 0
    assert capsys.readouterr().out == "Locust can use them\n"


def test_all_that_it_cannot_use_is_told_with_what_is_allowed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--users=many", "--workload=xml", "--run-time=-5\x1bs"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "LAB_USERS = 'many': give a whole number from 1 to 100,000",
        "LAB_WORKLOAD = 'xml': give json or text",
        "LAB_RUN_TIME = '-5\\x1bs': give a time more than 0, such as 120s, 5m or 1h30m",
        "set them in the environment or in .env, and start again",
    ]


def test_a_value_that_is_missing_is_wrong() -> None:
    assert len(wrong({}, ("json",))) == 3
