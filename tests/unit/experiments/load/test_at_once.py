"""When a run measures all services at once, who takes part, and when it is complete."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.errors import EnvironmentMissing, TrialFailed
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.load import LOAD, at_once
from orchestrator.experiments.load.record import all_measured, complete, kept
from orchestrator.model.entry import Entry
from orchestrator.model.placement import Network
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Loading, Plan
from orchestrator.model.together import REFERENCE, LeftOut, Together
from orchestrator.model.trial import Outcome, TrialPhase, TrialRecord
from tests.fakes import (
    FakeContainer,
    FakeEngine,
    FakeGenerator,
    FakeSliceLoad,
    Journal,
    JournalProgress,
    fake_bench,
)
from tests.unit.examples import (
    container,
    load_result,
    planned,
    probe,
    run_record,
    together,
    trial_record,
)

SERVICES = ("bottle", "flask", "sanic")
COSTS_US = {"bottle": 200.0, "flask": 600.0, "reference": 50.0, "sanic": 100.0}
ALL = together(COSTS_US, factors=(1.0,) * 10)
"""Launches that end after 100 s."""
SOME = together(COSTS_US)


def plan(services: Sequence[str] = SERVICES, **changes: Any) -> Plan:
    return planned(services, **{"profile": "nanode", "workloads": ("json",), **changes})


def record(*trials: TrialRecord, **changes: Any) -> RunRecord:
    """A finished run whose trials are measured, unless others are given."""
    measured = trials or tuple(map(trial_record, SERVICES))
    example = run_record(plan(), trials=measured, finished_at="2026-03-02T13:00:00Z")
    return replace(example, **changes)


@pytest.mark.parametrize(
    ("services", "changes", "wanted"),
    [
        pytest.param(SERVICES, {}, True, id="several services"),
        pytest.param(("flask",), {}, False, id="one service"),
        pytest.param(("flask", "flask"), {}, False, id="one service named twice"),
        pytest.param(SERVICES, {"profile": "standard"}, False, id="another profile"),
        pytest.param(SERVICES, {"open_loop": False}, False, id="not ranked by cost"),
        pytest.param(tuple(f"a{n}" for n in range(15)), {}, True, id="as many as fit in"),
        pytest.param(tuple(f"a{n}" for n in range(16)), {}, False, id="too many"),
    ],
)
def test_which_runs_have_launches(
    services: Sequence[str], changes: dict[str, Any], wanted: bool
) -> None:
    made = plan(services, **changes)
    assert at_once.wanted(made.settings, made.loading.profile) is wanted
    assert LOAD.more_tools(made) == ((REFERENCE,) if wanted else ())


def test_a_run_with_all_launches_is_complete() -> None:
    assert complete(record(together=(ALL,)))
    assert not complete(record(together=(ALL,), interrupted=True))
    assert not complete(record(together=(ALL,), finished_at=None))


@pytest.mark.parametrize("launches", [(), (SOME,)], ids=["none", "fewer than there was time for"])
def test_a_run_without_all_its_launches_is_not_complete(launches: tuple[Together, ...]) -> None:
    begun = record(together=launches)
    assert not complete(begun)
    made = sum(len(one.launches) for one in launches)
    assert f"all 3 trials and {made} launches of all services at once are measured" in kept(begun)
    assert LOAD.left(plan(), begun) == plan().trials


def test_a_run_that_is_older_than_launches_stays_complete() -> None:
    older = record()
    older = replace(older, profile=replace(older.profile, together_s=0.0))
    assert complete(older)
    assert "makes its report" in kept(older)


def test_a_run_of_another_profile_needs_none() -> None:
    made = plan(profile="smoke")
    trials = tuple(map(trial_record, SERVICES))
    done = run_record(made, trials=trials, finished_at="2026-03-02T13:00:00Z")
    assert complete(done)
    assert LOAD.left(made, done) == ()


def test_launches_that_all_failed_are_not_complete() -> None:
    out = LeftOut(service=REFERENCE, phase=TrialPhase.START, reason="no room")
    failed = Together(workload="json", services=SERVICES, left_out=(out,))
    assert not complete(record(together=(failed,)))


def test_a_service_that_was_left_out_is_not_well() -> None:
    out = LeftOut(service="flask", phase=TrialPhase.LOAD, reason="3 requests failed")
    without = replace(ALL, services=("bottle", "sanic"), left_out=(out,))
    assert all_measured(record(together=(ALL,)))
    assert not all_measured(record(together=(without,)))
    assert complete(record(together=(without,)))


def test_the_outlook_counts_the_launches() -> None:
    made = plan()
    begin = LOAD.outlook(made, run_record(made))
    assert (begin.left, begin.after_s, begin.left_s) == (3, 100.0, 3 * 23 + 100.0)
    assert "3 trials of 20 s, then all services at once for 100 s, about 2:49" in begin.text
    left = LOAD.outlook(made, record())
    assert (left.left, left.left_s) == (0, 100.0)
    done = LOAD.outlook(made, record(together=(ALL,)))
    assert (done.left_s, "all services at once" in done.text) == (0.0, False)


def steps(
    made: Plan, known: RunRecord, script: Sequence[BaseException] = (), **changes: Any
) -> tuple[list[RunRecord], Journal]:
    """The versions of the record, with a load that fails at once."""
    journal: Journal = []
    load = changes.pop("load", None) or FakeGenerator(journal, slices=script)
    containers = {REFERENCE: container(REFERENCE)}
    bench = fake_bench(journal, {}, load, **{"containers": containers, **changes})
    return list(at_once.run_at_once(made, known, bench)), journal


def test_services_without_a_measured_trial_do_not_take_part() -> None:
    failed = trial_record(
        "flask", outcome=Outcome.FAILED, phase=TrialPhase.VERIFY, reason="another body"
    )
    skipped = trial_record("sanic", outcome=Outcome.SKIPPED, reason="not run yet")
    versions, _ = steps(plan(), record(trial_record("bottle"), failed, skipped))
    (one,) = versions[0].together
    assert one.services == ("bottle",)
    assert [(out.service, out.phase, out.reason) for out in one.left_out] == [
        ("flask", "verify", "it has no measured trial: another body"),
        ("sanic", "start", "it has no measured trial: not run yet"),
    ]


def test_a_service_with_one_measured_repeat_takes_part() -> None:
    failed = trial_record("flask", 2, outcome=Outcome.FAILED, phase=TrialPhase.LOAD, reason="no")
    versions, _ = steps(plan(), record(*map(trial_record, SERVICES), failed))
    assert versions[0].together[0].services == SERVICES


def test_a_service_that_needs_companions_is_left_out() -> None:
    made = plan()

    def needy(entry: Entry) -> Entry:
        return replace(entry, companions=(container("store"),))

    trials = tuple(
        replace(t, entry=needy(t.entry)) if t.entry.manifest.id == "flask" else t
        for t in made.trials
    )
    versions, _ = steps(replace(made, trials=trials), record())
    (one,) = versions[0].together
    assert one.services == ("bottle", "sanic")
    assert "it needs companions" in one.left_out[0].reason


def test_launches_use_a_bridge_of_their_own_unless_the_run_has_one() -> None:
    loopback, bridge = plan(), plan()
    placement = replace(bridge.loading.placement, network=Network.BRIDGE)
    bridge = replace(bridge, loading=replace(bridge.loading, placement=placement))
    assert "a bridge" in steps(loopback, record())[1]
    assert "a bridge" not in steps(bridge, record())[1]


class NoBridge(FakeEngine):
    """An engine that can make no network."""

    @contextmanager
    def network(self) -> Iterator[str]:
        raise EnvironmentMissing("no bridge can be made")
        yield ""


def test_an_engine_without_networks_ends_the_launches_and_not_the_run() -> None:
    versions, journal = steps(plan(), record(), engine=NoBridge([], {}))
    (out,) = versions[-1].together[0].left_out
    assert (out.service, out.reason) == ("load", "no bridge can be made")
    assert "note all at once: no bridge can be made" in journal


def test_the_reference_that_cannot_answer_says_so() -> None:
    made = plan(workloads=("json", "text"))
    same = tuple(
        replace(t, expectation=replace(t.expectation, request=made.trials[0].expectation.request))
        for t in made.trials
    )
    both = [trial_record(s, workload=w) for s in SERVICES for w in ("json", "text")]
    versions, _ = steps(replace(made, trials=same), record(*both))
    assert {one.left_out[0].service for one in versions[-1].together} == {REFERENCE}


class Keeping(FakeGenerator):
    """Keeps the loading of its slices."""

    loading: Loading

    @contextmanager
    def slices(self, workload: str, loading: Loading) -> Iterator[FakeSliceLoad]:
        self.loading = loading
        with super().slices(workload, loading) as load:
            yield load


def test_a_connect_that_the_kernel_has_to_repeat_is_no_failure() -> None:
    """It is repeated after 1 s, then after 2 s more; short trials have shorter timeouts."""
    load = Keeping([])
    steps(plan(duration_s=1.0), record(), load=load)
    assert load.loading.profile.connect_timeout_s >= 3
    assert load.loading.placement == plan().loading.placement


def test_launches_that_all_failed_are_made_anew() -> None:
    out = LeftOut(service="load", phase=TrialPhase.LOAD, reason="it ended")
    versions, _ = steps(plan(), record(together=(replace(SOME, left_out=(out,)),)))
    assert versions[0].together == (Together(workload="json", services=SERVICES),)


def test_launches_of_an_interrupted_run_stay() -> None:
    versions, _ = steps(plan(), record(together=(SOME,)))
    assert versions[0].together == (SOME,)
    assert versions[0].wall_s is not None


def whole(known: RunRecord) -> tuple[RunRecord, Journal]:
    """Everything that the run lacks, with a load that fails in the first launch."""
    journal: Journal = []
    servers = {name: FakeContainer(name, probe(name), journal=journal) for name in SERVICES}
    servers[REFERENCE] = FakeContainer(REFERENCE)
    progress = JournalProgress(journal)
    bench = fake_bench(
        journal,
        servers,
        FakeGenerator(journal, (load_result(),), slices=[TrialFailed("it ended")]),
        containers={REFERENCE: container(REFERENCE)},
        progress=progress,
    )
    return carried_out(LOAD, plan(), known, bench, lambda version: version), journal


def test_the_launches_come_after_the_trials() -> None:
    done, journal = whole(run_record(plan()))
    assert [trial.outcome for trial in done.trials] == [Outcome.MEASURED] * 3
    last_trial = max(n for n, line in enumerate(journal) if line.startswith("trial ends"))
    assert journal[last_trial + 1 :][:3] == [
        "note all services at once, in launches of 100 s together",
        "a bridge",
        "slices json",
    ]
    (one,) = done.together
    assert (one.services, one.left_out[0].service) == (SERVICES, "load")
    assert not complete(done)


def test_resuming_makes_only_the_launches_that_are_missing() -> None:
    done, journal = whole(record(together=(SOME,), interrupted=True))
    assert not [line for line in journal if line.startswith("trial begins")]
    assert done.together[0].launches == SOME.launches


def test_resuming_a_run_that_lacks_trials_makes_all_launches_anew() -> None:
    skipped = trial_record("sanic", outcome=Outcome.SKIPPED, reason="not run yet")
    trials = (trial_record("bottle"), trial_record("flask"), skipped)
    done, journal = whole(record(*trials, together=(ALL,), interrupted=True))
    assert [line for line in journal if line.startswith("trial begins")] == ["trial begins: sanic"]
    assert done.together[0].launches == ()


def test_with_all_launches_made_nothing_is_measured() -> None:
    _, journal = whole(record(together=(ALL,)))
    assert journal == ["run ends"]
