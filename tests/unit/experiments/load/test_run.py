"""A whole run with fakes: the order of events, and that no measurement is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from labwire.events import LoadEvent, LoadFailed
from orchestrator.bench.build import build_all
from orchestrator.errors import TrialFailed
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.load import LOAD
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Plan
from orchestrator.model.trial import Outcome, TrialPhase, TrialRecord
from tests.fakes import (
    FakeContainer,
    FakeEngine,
    FakeGenerator,
    FakeStore,
    Journal,
    JournalProgress,
    fake_bench,
)
from tests.unit.examples import load_result, planned, probe, run_record, tick, trial_record

Script = Sequence[LoadEvent | BaseException]
GOOD: Script = (load_result(),)
# With seed 1 the order is flask, tornado, sanic.
SERVICES = ("flask", "sanic", "tornado")


@dataclass
class Ran:
    record: RunRecord
    journal: Journal
    store: FakeStore

    def outcomes(self) -> list[tuple[str, str]]:
        return [(trial.service, trial.outcome) for trial in self.record.trials]

    def loaded(self) -> list[str]:
        return [line.split()[1] for line in self.journal if line.startswith("load ")]


def run(
    plan: Plan,
    *scripts: Script,
    record: RunRecord | None = None,
    broken: Mapping[str, TrialFailed] | None = None,
    refused: Mapping[str, TrialFailed] | None = None,
    stop: Mapping[str, BaseException] | None = None,
) -> Ran:
    journal: Journal = []
    servers = {
        service: FakeContainer(
            service, probe(service), journal=journal, stop_s=(stop or {}).get(service, 0.25)
        )
        for service in plan.settings.services
    }
    engine = FakeEngine(journal, servers, broken=broken, refused=refused)
    store, progress = FakeStore(journal), JournalProgress(journal)
    record = record or run_record(plan)
    bench = fake_bench(
        journal,
        servers,
        FakeGenerator(journal, *(scripts or (GOOD,))),
        engine=engine,
        images=build_all(LOAD.left(plan, record), engine, progress),
        raw=store,
        progress=progress,
    )

    def save(known: RunRecord) -> RunRecord:
        seen = replace(known, host=replace(known.host, steal=0.5))
        store.save(seen)
        return seen

    return Ran(carried_out(LOAD, plan, record, bench, save), journal, store)


def test_all_images_are_built_first_and_the_record_is_saved_after_each_trial() -> None:
    ran = run(planned(("flask", "sanic"), seed=1))
    assert ran.journal == [
        "note building the image of sanic",
        "build sanic",
        "note building the image of flask",
        "build flask",
        "save skipped skipped",
        "trial begins: sanic",
        "start sanic",
        "verify sanic /json",
        "load sanic json",
        "unload sanic",
        "stop sanic",
        "remove sanic",
        "trial ends: sanic measured",
        "save measured skipped",
        "trial begins: flask",
        "start flask",
        "verify flask /json",
        "load flask json",
        "unload flask",
        "stop flask",
        "remove flask",
        "trial ends: flask measured",
        "save measured measured",
        "save measured measured",
        "run ends",
    ]


def test_a_finished_runs_record_is_the_last_one_saved() -> None:
    ran = run(planned(SERVICES, repeats=2))
    assert ran.record == ran.store.versions[-1]
    assert (ran.record.finished_at, ran.record.interrupted) == ("2026-03-02T12:00:00Z", False)
    assert ran.record.host.steal == 0.5
    assert ran.record.wall_s is not None
    assert [trial.key for trial in ran.record.trials] == [
        trial.key for trial in planned(SERVICES, repeats=2).trials
    ]


def test_trials_that_have_not_run_yet_are_skipped_in_the_record() -> None:
    first = run(planned(SERVICES)).store.versions[0]
    assert [(t.outcome, t.reason) for t in first.trials] == [
        (Outcome.SKIPPED, "not run yet"),
    ] * 3
    assert first.finished_at is None


def test_a_service_with_repeats_is_built_once() -> None:
    journal = run(planned(("flask",), workloads=("json",), repeats=3)).journal
    assert journal.count("build flask") == 1


def test_a_failed_build_fails_only_that_services_trials() -> None:
    broken = TrialFailed("the image of sanic could not be built", "pip: no such")
    ran = run(planned(("flask", "sanic"), repeats=2), broken={"sanic": broken})
    failed = [trial for trial in ran.record.trials if trial.service == "sanic"]
    assert [(t.outcome, t.phase, t.reason, t.log_tail) for t in failed] == [
        (
            Outcome.FAILED,
            TrialPhase.BUILD,
            "the image of sanic could not be built",
            "pip: no such",
        )
    ] * 2
    assert ran.loaded() == ["flask", "flask"]
    assert ran.journal.count("build sanic") == 1
    assert "start sanic" not in ran.journal
    told = "sanic could not be built: the image of sanic could not be built\npip: no such"
    assert f"note {told}" in ran.journal


def test_after_a_failed_build_no_files_of_an_earlier_attempt_stay() -> None:
    broken = TrialFailed("the image of sanic could not be built")
    ran = run(planned(("flask", "sanic")), broken={"sanic": broken})
    assert ran.store.raw["sanic", "json", 1] == {}
    assert {trial.service: bool(trial.raw) for trial in ran.record.trials} == {
        "flask": True,
        "sanic": False,
    }


def test_a_trial_that_fails_does_not_end_the_run() -> None:
    refused = TrialFailed("no room")
    ran = run(planned(SERVICES), refused={"tornado": refused})
    assert sorted(ran.outcomes()) == [
        ("flask", "measured"),
        ("sanic", "measured"),
        ("tornado", "failed"),
    ]


def test_ctrl_c_saves_the_record_skips_the_rest_and_removes_the_container() -> None:
    plan = planned(SERVICES)
    first, second, third = (trial.entry.manifest.id for trial in plan.trials)
    ran = run(plan, GOOD, (tick(), KeyboardInterrupt()))
    assert ran.outcomes() == [(first, "measured"), (second, "skipped"), (third, "skipped")]
    assert ran.record.interrupted
    assert ran.record == ran.store.versions[-1]
    assert ran.journal[-7:] == [
        f"tick {tick().users} None",
        f"unload {second}",
        f"remove {second}",
        "save measured skipped skipped",
        "note interrupted: everything measured so far is saved; "
        "continue with `make bench RESUME=latest`",
        "save measured skipped skipped",
        "run ends",
    ]


class Impatient(JournalProgress):
    """A person who interrupts while the result of a trial is printed."""

    def trial_ends(self, record: TrialRecord) -> None:
        super().trial_ends(record)
        raise KeyboardInterrupt


def test_ctrl_c_while_a_result_is_printed_keeps_the_trial() -> None:
    plan, journal = planned(("flask",)), list[str]()
    bench = fake_bench(
        journal,
        {"flask": FakeContainer("flask", probe())},
        FakeGenerator(journal, GOOD),
        progress=Impatient(journal),
    )
    record = carried_out(LOAD, plan, run_record(plan), bench, lambda record: record)
    assert record.interrupted
    assert [trial.outcome for trial in record.trials] == [Outcome.MEASURED]


def test_ctrl_c_while_a_measured_trial_is_stopped_keeps_it() -> None:
    plan = planned(SERVICES)
    first, second, third = (trial.entry.manifest.id for trial in plan.trials)
    ran = run(plan, stop={second: KeyboardInterrupt()})
    assert ran.outcomes() == [(first, "measured"), (second, "measured"), (third, "skipped")]
    assert ran.record.interrupted
    assert ran.journal[-1] == "run ends"


def test_an_unexpected_error_in_one_trial_does_not_end_the_others() -> None:
    plan = planned(SERVICES)
    first, second, third = (trial.entry.manifest.id for trial in plan.trials)
    ran = run(plan, GOOD, (RuntimeError("nobody foresaw this"),), GOOD)
    assert ran.outcomes() == [(first, "measured"), (second, "failed"), (third, "measured")]


def test_only_the_last_save_is_finished_and_each_has_the_doubts_so_far() -> None:
    versions = run(planned(SERVICES)).store.versions
    assert [version.finished_at is not None for version in versions] == [False] * 4 + [True]
    assert {version.host.steal for version in versions} == {0.5}


def test_a_run_that_was_killed_after_its_last_trial_is_finished_without_measuring() -> None:
    plan = planned(SERVICES)
    killed = run(plan).store.versions[-1]
    ran = run(plan, record=replace(killed, finished_at=None))
    assert (ran.loaded(), ran.record.trials) == ([], killed.trials)
    assert ran.record.finished_at is not None
    assert not [line for line in ran.journal if line.startswith("build")]


def test_resuming_keeps_what_is_measured_and_runs_what_failed_or_was_skipped() -> None:
    plan = planned(SERVICES)
    first, second, third = (trial.entry.manifest.id for trial in plan.trials)
    earlier = run(plan, GOOD, (LoadFailed(reason="a worker was lost"),), (KeyboardInterrupt(),))
    assert earlier.outcomes() == [(first, "measured"), (second, "failed"), (third, "skipped")]

    resumed = run(plan, record=earlier.record)
    assert resumed.loaded() == [second, third]
    assert resumed.outcomes() == [(s, "measured") for s in (first, second, third)]
    assert resumed.record.trials[0] == earlier.record.trials[0]
    assert not resumed.record.interrupted
    assert (resumed.record.wall_s or 0) > (earlier.record.wall_s or 0)


def test_resuming_a_finished_run_measures_nothing() -> None:
    plan = planned(SERVICES)
    done = tuple(
        trial_record(
            t.entry.manifest.id,
            order=t.order,
        )
        for t in plan.trials
    )
    ran = run(plan, record=run_record(plan, trials=done))
    assert ran.loaded() == []
    assert ran.record.trials == done


def test_a_failed_row_stays_until_its_trial_has_run_again() -> None:
    plan = planned(SERVICES)
    _, second, third = (trial.entry.manifest.id for trial in plan.trials)
    lost = (LoadFailed(reason="a worker was lost"),)
    earlier = run(plan, GOOD, lost, lost)
    again = run(plan, (KeyboardInterrupt(),), record=earlier.record)
    assert again.outcomes()[1:] == [(second, "failed"), (third, "failed")]
    assert again.record.trials[1].reason == "a worker was lost"
