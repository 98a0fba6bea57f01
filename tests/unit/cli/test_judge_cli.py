"""`lab judge`: what it takes, what it prints, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.judged import Asked, Judged, State
from orchestrator.cli import main
from tests.unit.app.judgements import judgement

SLOWER = Judged(service="flask", workload="json", state=State.COMPARED, text="slower", above=True)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What was asked; flask is always slower."""
    found: list[Asked] = []

    def judge(_: object, what: Asked, *_rest: Any) -> Any:
        found.append(what)
        return judgement(SLOWER, asked=what), Path("judge-x")

    monkeypatch.setattr("orchestrator.cli.judge.judge", judge)
    return found


def test_by_default_all_workloads_are_judged_and_one_per_cent_is_tolerated(
    asked: list[Asked], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["judge", "--since", "main"]) == 1
    (one,) = asked
    assert one == Asked(
        since="main",
        services=(),
        workloads=("json", "text"),
        fail_above=0.01,
        budget_s=180.0,
        within_s=5400.0,
    )
    assert capsys.readouterr().out.startswith("# Slower: flask, json\n")


def test_each_option_arrives(asked: list[Asked], capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--workload", "text", "--fail-above", "2.5%", "--budget", "90s", "--within", "20m"]
    assert main(["judge", "flask", "--since", "HEAD~1", *options, "--json"]) == 1
    (one,) = asked
    assert (one.services, one.workloads) == (("flask",), ("text",))
    assert (one.fail_above, one.budget_s, one.within_s) == (0.025, 90.0, 1200.0)
    assert json.loads(capsys.readouterr().out)["lines"][0]["above"] is True


def test_everything_that_is_wrong_is_told_at_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    words = ["flosk", "--since", "HEAD", "--workload", "xml", "--budget", "30h"]
    assert main(["judge", *words, "--results", str(tmp_path)]) == 2
    said = capsys.readouterr().err
    for problem in ("no service 'flosk'", "no workload 'xml'", "--budget: give at most 24h"):
        assert said.count(problem) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_commit_that_is_not_here_is_refused_before_anything_starts(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["judge", "--since", "nowhere", "--results", str(tmp_path)]) == 2
    assert "--since nowhere: there is no such commit here" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
