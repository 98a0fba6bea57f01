"""The beginning of a comparison, with fakes: what is built and verified, and what fails."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.plan import ABPlan
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.run import run
from orchestrator.ports import ContainerState, Image
from tests.fakes import RUNNING, FakeContainer, FakeGenerator, Journal, fake_bench
from tests.unit.examples import container, planned, probe
from tests.unit.experiments.ab.examples import ab_record, ab_settings

MATE = container("mate", healthcheck=("ready",))
GONE = ContainerState(running=False, exit_code=137, oom_killed=False, restarts=0, started_at=990.0)
NOT_BUILT = TrialFailed("no such image")


def compared(
    *,
    base: str = "here",
    answer: Any = None,
    ended: ContainerState | None = None,
    **images: Image | TrialFailed,
) -> tuple[ABRecord, Journal]:
    """The last record of a comparison of Flask, which needs a companion."""
    example = planned(("flask",))
    trial = example.trials[0]
    trial = replace(trial, entry=replace(trial.entry, companions=(MATE,)))
    settings = ab_settings(service="flask", base=base, head="image:flask:mine")
    plan = ABPlan(settings=settings, loading=example.loading, base=trial, head=trial)
    journal: Journal = []
    servers = {
        "flask": FakeContainer("flask", answer or probe(), journal=journal),
        "mate": FakeContainer("mate", state=ended or RUNNING, journal=journal),
    }
    bench = fake_bench(journal, servers, FakeGenerator(journal, []))
    bench = replace(bench, images={**bench.images, **images})
    begun = ab_record(settings=settings, launches=())
    return list(run(plan, begun, bench))[-1], journal


def reason(record: ABRecord) -> tuple[str, str, str]:
    assert record.failure is not None
    return record.failure.side, record.failure.phase, record.failure.reason


def test_each_side_is_verified_beside_a_companion_of_its_own() -> None:
    record, journal = compared()
    assert journal.count("start mate") == journal.count("start flask beside mate") == 2
    assert record.base is not None
    assert record.head is not None
    assert record.base.companions == record.head.companions == ("mate",)


def test_a_companion_that_could_not_be_built_fails_a_side_whatever_its_image() -> None:
    record, _ = compared(base="image:flask:other", mate=NOT_BUILT)
    assert reason(record) == ("base", "build", "no such image")


def test_a_service_that_could_not_be_built_is_not_needed_for_another_image() -> None:
    record, _ = compared(base="image:flask:other", flask=NOT_BUILT)
    assert record.head is not None
    record, _ = compared(flask=NOT_BUILT)
    assert reason(record) == ("base", "build", "no such image")


def test_a_companion_that_ended_is_the_cause_of_a_wrong_answer() -> None:
    record, _ = compared(answer=TrialFailed("GET /json: 500"), ended=GONE)
    why = "GET /json: 500; its companion mate ended with exit code 137"
    assert reason(record) == ("base", "verify", why)


def test_a_companion_that_ended_fails_a_side_that_answers() -> None:
    record, _ = compared(ended=GONE)
    assert reason(record) == ("base", "verify", "its companion mate ended with exit code 137")
