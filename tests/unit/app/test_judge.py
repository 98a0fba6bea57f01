"""Judging goes on after a bad service, stops at an interrupt, and saves after each."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.app import judge as judging
from orchestrator.app.catalogue import catalogue
from orchestrator.app.judge import NEW, judge
from orchestrator.app.judged import NOT_REACHED, Judgement, State
from orchestrator.app.judgement import SUMMARY
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing, Interrupted, UsageError
from orchestrator.experiments.ab.record import ABRecord, ABSettings
from tests.conftest import ROOT
from tests.fakes import FakeClock, JournalProgress
from tests.unit.app.judgements import COMMIT, asked
from tests.unit.experiments.ab.examples import ab_record, exact_launches
from tests.unit.experiments.ab.examples import failed as failed_comparison

SAME = ab_record(launches=exact_launches(80, head=1.0, spread=0.001))
SLOWER = ab_record(launches=exact_launches(head=1.05))
OWN = {name: (f"services/{name}/app.py",) for name in ("bottle", "flask", "sanic")}
Answers = dict[str, ABRecord | BaseException]


class Bench:
    """Gives each comparison a prepared answer, and keeps what was asked."""

    def __init__(self, answers: Answers, broken: Sequence[str] = ()) -> None:
        self.answers = answers
        self.broken = broken
        self.asked: list[ABSettings] = []
        self.commands: list[str] = []

    def measure(self, *words: Any, **_: Any) -> ABRecord:
        _, _, settings, command, _ = words
        self.asked.append(settings)
        self.commands.append(command)
        answer = self.answers.get(settings.service, SAME)
        if isinstance(answer, BaseException):
            raise answer
        return replace(answer, settings=settings)

    def verify(self, _: object, services: Sequence[str]) -> dict[str, tuple[str, ...]]:
        return {name: ("GET /json: 500",) if name in self.broken else () for name in services}


@pytest.fixture
def results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(judging, "checked", lambda *_: catalogue(ROOT))
    monkeypatch.setattr(judging, "differing", lambda *_: OWN)
    return tmp_path


def judged(
    bench: Bench,
    results: Path,
    monkeypatch: pytest.MonkeyPatch,
    *,
    before: Sequence[str] = ("bottle", "flask", "sanic"),
    **changes: Any,
) -> Judgement:
    monkeypatch.setattr(judging, "measure", bench.measure)
    monkeypatch.setattr(judging, "verify", bench.verify)
    changed: Any = SimpleNamespace(
        fork_point=lambda *_: COMMIT, services_at=lambda *_: tuple(before)
    )
    told: Any = JournalProgress([])
    world = replace(real_world(), clock=FakeClock(), out=told, err=told, changes=changed)
    found, folder = judge(world, asked(**changes), "lab judge --since main", results)
    assert json.loads((folder / "judge.json").read_text())["finished_at"]
    assert (folder / SUMMARY).is_file()
    return found


def saved(results: Path) -> str:
    (path,) = results.glob(f"judge-*/{SUMMARY}")
    return path.read_text()


def states(found: Judgement) -> dict[str, State]:
    return {line.name: line.state for line in found.lines}


def test_each_touched_service_is_compared_with_the_merge_base(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench({"flask": SLOWER})
    found = judged(bench, results, monkeypatch, workloads=("json", "text"), fail_above=0.03)
    assert [line.name for line in found.slower] == ["flask, json", "flask, text"]
    assert found.unmeasured == ()
    assert [(one.service, one.workload) for one in bench.asked[:3]] == [
        ("bottle", "json"),
        ("bottle", "text"),
        ("flask", "json"),
    ]
    assert {(one.base, one.head) for one in bench.asked} == {(f"rev:{COMMIT}", "here")}
    assert bench.commands[0].startswith(
        f"lab ab bottle --workload json --base rev:{COMMIT} --head here --fail-above 3% "
        "--budget 180s --seed "
    )


def test_a_service_that_cannot_be_measured_does_not_stop_the_others(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench(
        {"bottle": failed_comparison(), "flask": UsageError("no report"), "sanic": SLOWER}
    )
    found = judged(bench, results, monkeypatch)
    assert [line.state for line in found.lines] == [State.FAILED, State.FAILED, State.COMPARED]
    assert found.lines[1].text == "not compared: no report"
    assert [line.name for line in found.slower] == ["sanic, json"]


def test_new_and_removed_services_are_told(results: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench({}, broken=["bottle"])
    before = ["flask", "gone", "sanic"]
    found = judged(bench, results, monkeypatch, before=before)
    assert {line.name: (line.state, line.text) for line in found.lines if not line.workload} == {
        "bottle": (State.FAILED, f"{NEW}; it breaks the contract: GET /json: 500"),
        "gone": (State.REMOVED, "removed by the change"),
    }
    assert [one.service for one in bench.asked] == ["flask", "sanic"]


def test_only_services_that_are_asked_for_are_judged(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = ["bottle", "flask", "gone", "sanic"]
    found = judged(Bench({}), results, monkeypatch, before=before, services=("flask",))
    assert states(found) == {"flask, json": State.COMPARED}


def test_what_would_begin_too_late_is_left_out_by_name(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench({})
    found = judged(bench, results, monkeypatch, within_s=1.5)  # the clock gains 1 s at each look
    assert [one.service for one in bench.asked] == ["bottle"]
    assert [line.name for line in found.unmeasured] == ["flask, json", "sanic, json"]
    assert found.lines[1].text == "left out: 0:02 had passed before its turn"


@pytest.mark.parametrize(
    "cut",
    [
        pytest.param(Interrupted("while an image was built"), id="outside of the measurement"),
        pytest.param(KeyboardInterrupt(), id="anywhere"),
        pytest.param(ab_record(launches=(), interrupted=True), id="while measuring"),
    ],
)
def test_an_interrupt_ends_it_and_loses_nothing(
    results: Path, monkeypatch: pytest.MonkeyPatch, cut: ABRecord | BaseException
) -> None:
    bench = Bench({"bottle": SLOWER, "flask": cut})
    found = judged(bench, results, monkeypatch)
    assert found.interrupted
    assert [line.name for line in found.slower] == ["bottle, json"]
    assert found.lines[2].text == NOT_REACHED
    assert saved(results).startswith("# Interrupted; slower: bottle, json; not measured: flask")


def test_a_missing_engine_ends_it_and_what_was_judged_is_saved(
    results: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = Bench({"flask": EnvironmentMissing("no engine answers")})
    with pytest.raises(EnvironmentMissing):
        judged(bench, results, monkeypatch)
    assert [one.service for one in bench.asked] == ["bottle", "flask"]
    assert "- bottle, json: same within" in saved(results)
    assert "- flask, json: not compared: no engine answers" in saved(results)
    assert f"- sanic, json: {NOT_REACHED}" in saved(results)
