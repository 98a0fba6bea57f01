"""What a person sets for the interactive use is looked at before anything starts."""

from pathlib import Path

import pytest

from labload.interactive.values import main, wrong
from labload.workloads import contract_path
from labwire.contract import read_contract


def test_values_that_locust_can_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--users=64", "--workload=json", "--run-time=120s"]) == 0
    assert capsys.readouterr().out == "Locust can use all values\n"


def test_all_that_it_cannot_use_is_told_with_what_is_allowed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["--users=many", "--workload=xml", "--run-time=-5\x1bs"]) == 2
    assert capsys.readouterr().err.splitlines() == [
        'LAB_USERS = "many": give a whole number from 1 to 100,000',
        'LAB_RUN_TIME = "-5\\u001bs": give a time greater than 0, such as 120s, 5m or 1h30m',
        f'LAB_WORKLOAD = "xml": give {" or ".join(read_contract(contract_path()))}',
        "correct these values in the environment or in .env, and start again",
    ]


def test_a_value_that_is_missing_is_wrong() -> None:
    assert len(wrong({}, ("json",))) == 3


def test_a_contract_that_is_wrong_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LAB_CONTRACT", str(tmp_path / "none.toml"))
    assert main(["--users=64", "--workload=json", "--run-time=120s"]) == 2
    assert capsys.readouterr().err == f"{tmp_path}/none.toml: No such file or directory\n"


@pytest.mark.parametrize(
    ("option", "texts", "good"),
    [
        ("users", "1 64 100000 100001 0 -1 1.5 1e3 nan inf many 0x10 +4 ٣", 3),
        ("run-time", "1 120s 5m 1h30m 2h 1h1m1s 0 0s 0h0m m 5d -5s 1.5h 5s3m inf 99999999 ٣s", 6),
        ("workload", "json text xml JSON json,text ../json", 2),
    ],
)
def test_what_each_variable_may_be(option: str, texts: str, good: int) -> None:
    values = {"users": "64", "workload": "json", "run-time": "120s"}
    refused = [bool(wrong(values | {option: one}, ("json", "text"))) for one in texts.split()]
    assert refused == [False] * good + [True] * (len(refused) - good)
