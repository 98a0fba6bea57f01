"""The load generator reads the workloads from the contract."""

from pathlib import Path

import pytest

from labload.workloads import Workload, contract_path, read_workloads


def test_the_contract_of_this_repository() -> None:
    workloads = read_workloads(contract_path())
    assert list(workloads) == ["json", "text"]
    assert workloads["text"] == Workload("text", "/text", 200, b"text/plain", b"Hello World")
    assert len(workloads["json"].body) == 117


def test_another_contract_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAB_CONTRACT", "/elsewhere/contract.toml")
    assert contract_path() == Path("/elsewhere/contract.toml")
