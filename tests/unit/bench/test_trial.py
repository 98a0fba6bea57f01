"""One trial with fakes: it is measured, or fails with a phase and a reason."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

import pytest

from labwire.events import (
    LoadEvent,
    LoadFailed,
    LoadFile,
    LoadResult,
    LocustOwn,
    Ready,
    StepBegan,
)
from labwire.exchange import Request
from labwire.phase import LoadPhase
from orchestrator.bench.trial import Trial
from orchestrator.contract import Probe
from orchestrator.errors import TrialFailed
from orchestrator.experiments.load import measure
from orchestrator.experiments.load.method import LoadMethod
from orchestrator.experiments.load.steps import steps
from orchestrator.model.observed import NOT_LOOKED_INSIDE, Observed, Process, UnderLoad
from orchestrator.model.sample import Sample
from orchestrator.model.trial import (
    LocustTotals,
    Outcome,
    Package,
    Resources,
    TrialPhase,
    TrialRecord,
)
from orchestrator.ports import ContainerState, Image
from tests.fakes import (
    RUNNING,
    FakeContainer,
    FakeEngine,
    FakeGenerator,
    FakeStore,
    Journal,
    fake_bench,
)
from tests.unit.examples import (
    answer,
    load_result,
    load_step,
    observed,
    open_step,
    planned,
    probe,
    sample,
    server,
    tick,
)

IMAGE = Image(id="sha256:flask", size_bytes=130_000_000, base="official")
IDLE = Sample(at=999.0, cpu_s=1.0, memory_bytes=20_000_000, throttled_s=0.0)
LOG = "\n".join(f"line {n}" for n in range(1, 31))
LOG_TAIL = "\n".join(f"line {n}" for n in range(11, 31))
DEAD = ContainerState(running=False, exit_code=137, oom_killed=True, restarts=0, started_at=990.0)
FLASK = Package(
    name="flask", version="3.1.0", requires_python=">=3.9", dependencies=2, install_bytes=None
)
KNOWN_AFTER_VERIFYING = server(
    "Flask",
    image_id="sha256:flask",
    base="official",
    python="3.13.1 (main)",
    versions={"flask": "3.1.0", "ujson": "5.10.0"},
    package=FLASK,
)
RAW = ("master.log", "samples.csv", "server.log", "worker-1.log")


SIZES = {"flask": 500_000, "ujson": 50_000, "unrelated": 7, "pip": 8_000_000}


def flask(**changes: object) -> FakeContainer:
    changes = {"samples": [IDLE], "log": LOG, "install_bytes": SIZES, **changes}
    return FakeContainer("flask", probe(), **changes)  # type: ignore[arg-type]


def made(
    container: FakeContainer,
    script: Sequence[LoadEvent | BaseException] = (load_result(),),
    *,
    refused: TrialFailed | None = None,
    stays: BaseException | None = None,
    journal: Journal | None = None,
    store: FakeStore | None = None,
    workers: Sequence[FakeContainer] = (),
) -> Trial:
    journal = [] if journal is None else journal
    plan = planned()
    engine = FakeEngine(
        journal,
        {"flask": container},
        refused={"flask": refused} if refused else None,
        stays={"flask": stays} if stays else None,
    )
    bench = fake_bench(
        journal,
        {"flask": container},
        FakeGenerator(journal, script, workers=workers),
        engine=engine,
        raw=store or FakeStore(journal),
    )
    return Trial(plan.trials[0], LoadMethod(loading=plan.loading), bench)


def run_trial(
    container: FakeContainer,
    script: Sequence[LoadEvent | BaseException] = (load_result(),),
    *,
    journal: Journal | None = None,
    **more: Any,
) -> TrialRecord:
    journal = [] if journal is None else journal
    return made(container, script, journal=journal, **more).run([IMAGE])


def test_a_measured_trial_has_a_complete_row() -> None:
    result = load_result()
    assert run_trial(flask()) == TrialRecord(
        service="flask",
        workload="json",
        repeat=1,
        order=1,
        outcome=Outcome.MEASURED,
        server=replace(KNOWN_AFTER_VERIFYING, package=replace(FLASK, install_bytes=550_007)),
        started_at="2026-03-02T12:00:00Z",
        wall_s=1.0,
        nofile=20_000,
        workers=1,
        totals=measure.totals(result),
        hold=measure.hold(result),
        hold_users=8,
        steps=steps(result, observed()),
        breaking_users=16,
        failures_by_kind={"reset": 10},
        unfinished=3,
        connects=0,
        server_closes=0,
        ramp_ended="drops",
        limited_by="unknown",
        limited_by_evidence={
            "oom_killed": 0.0,
            "failure_share": 10 / 550,
            "hold_failure_share": 0.0,
            "connects_per_request": 0.0,
        },
        resources=Resources(
            cpu_us_per_request=None,
            memory_idle_bytes=20_000_000,
            memory_peak_bytes=None,
            image_bytes=130_000_000,
            start_s=0.5,
            stop_s=0.25,
            throttled_s=None,
            oom_killed=False,
            restarts=0,
        ),
        histogram=measure.hold_histogram(result),
        locust=LocustTotals(requests=550, failures=10, rps=109.5, median_ms=1.0),
        raw=tuple(f"raw/1/{name}" for name in RAW),
    )


def test_the_load_runs_while_the_container_does_and_ticks_are_shown() -> None:
    journal: Journal = []
    container = FakeContainer("flask", probe(), journal=journal)
    row = run_trial(
        container,
        [Ready(workers=1, versions={"locust": "2"}), tick(users=8), load_result()],
        journal=journal,
    )
    assert row.load_versions == {"locust": "2"}
    assert journal == [
        "start flask",
        "verify flask /json",
        "load flask json",
        "tick 8 None",
        "unload flask",
        "stop flask",
        "remove flask",
    ]


def test_who_serves_is_read_as_the_hold_begins_and_stands_in_the_row() -> None:
    before = (Process(pid=1, threads=1, cpu_s=0.0), Process(pid=7, threads=1, cpu_s=0.5))
    during = (Process(pid=1, threads=1, cpu_s=0.0), Process(pid=7, threads=65, cpu_s=9.5))
    script: list[LoadEvent] = [
        Ready(workers=1, versions={}),
        StepBegan(index=0, phase=LoadPhase.RAMP, users=8, at=1_000.0),
        StepBegan(index=1, phase=LoadPhase.HOLD, users=64, at=1_005.0),
        load_result(),
    ]
    row = run_trial(flask(processes=[before, during]), script)
    assert row.server.observed == Observed(
        why=NOT_LOOKED_INSIDE,
        under_load=UnderLoad(processes=1, threads=65, others=1, users=64),
    )


def kept(store: FakeStore) -> dict[str, str]:
    return store.raw["flask", "json", 1]


def test_the_logs_of_all_containers_and_the_samples_are_kept() -> None:
    store = FakeStore([])
    run_trial(flask(), store=store)
    assert kept(store) == {
        "server.log": LOG,
        "master.log": "the master's log",
        "worker-1.log": "the worker's log",
        "samples.csv": (
            "container,at_s,cpu_s,memory_bytes,throttled_s\nserver,999.0,1.0,20000000,0.0\n"
        ),
    }


def test_locusts_files_are_kept_with_all_their_parts() -> None:
    store = FakeStore([])
    script: list[LoadEvent] = [
        LoadFile(name="locust_stats_history.csv", text="head\r\n"),
        LoadFile(name="locust_stats.csv", text="early"),
        LoadFile(name="locust_stats_history.csv", text="line\r\n", more=True),
        LoadFile(name="locust_stats.csv", text="late"),
        load_result(),
    ]
    row = run_trial(flask(), script, store=store)
    assert kept(store)["locust_stats_history.csv"] == "head\r\nline\r\n"
    assert kept(store)["locust_stats.csv"] == "late"
    assert "raw/1/locust_stats.csv" in row.raw


class Sampled(FakeContainer):
    """Sets an event when its samples are used up."""

    def __init__(self, *samples: Sample) -> None:
        super().__init__("flask", probe(), samples=samples)
        self.exhausted = threading.Event()

    def sample(self) -> Sample | None:
        found = super().sample()
        if found is None:
            self.exhausted.set()
        return found


class Until(list[LoadEvent | BaseException]):
    """A script that starts after an event."""

    def __init__(self, happened: threading.Event, *events: LoadEvent) -> None:
        super().__init__(events)
        self._happened = happened

    def __iter__(self) -> Iterator[LoadEvent | BaseException]:
        assert self._happened.wait(timeout=30)
        return super().__iter__()


def test_samples_taken_during_the_load_become_cpu_and_memory() -> None:
    container = Sampled(
        IDLE,
        Sample(at=1_002.0, cpu_s=5.0, memory_bytes=50_000_000, throttled_s=0.0),
        Sample(at=1_006.0, cpu_s=8.8, memory_bytes=40_000_000, throttled_s=0.5),
    )
    row = run_trial(container, Until(container.exhausted, load_result()))
    assert row.resources is not None
    assert row.resources.memory_peak_bytes == 50_000_000
    assert row.resources.throttled_s == 0.5
    # 0.95 of a CPU for the 2 s and the 210 successes of the hold.
    assert row.resources.cpu_us_per_request == pytest.approx(1.9e6 / 210)
    assert row.limited_by == "server-cpu"
    assert row.limited_by_evidence["server_cpu"] == pytest.approx(0.95)


def test_a_trial_with_an_open_loop_has_its_rows_and_closed_numbers() -> None:
    closed = load_result()
    result = load_result(steps=(*closed.steps, open_step(5, 100.0, {1000: 100})))
    row = run_trial(flask(), [result])
    assert row.outcome is Outcome.MEASURED
    assert [(found.rate, found.limited_by) for found in row.open_loop] == [(100.0, "schedule")]
    assert (row.totals, len(row.steps)) == (measure.totals(closed), len(closed.steps))


@pytest.mark.parametrize(
    ("readings", "found"), [((3, 10), 7), ((None, 10), None), ((3, None), None), ((), None)]
)
def test_overflows_of_the_listen_queue_are_those_during_the_load(
    readings: tuple[int | None, ...], found: int | None
) -> None:
    row = run_trial(flask(listen_overflows=readings))
    assert row.resources is not None
    assert row.resources.listen_overflows == found


def failure(row: TrialRecord) -> tuple[object, ...]:
    return row.outcome, row.phase, row.reason, row.log_tail


def test_if_the_engine_refuses_a_container_the_start_fails() -> None:
    refused = TrialFailed("flask: the engine refused its container")
    row = run_trial(flask(), refused=refused)
    assert failure(row) == (
        Outcome.FAILED,
        TrialPhase.START,
        "flask: the engine refused its container",
        None,
    )
    assert (row.started_at, row.server) == ("2026-03-02T12:00:00Z", server("Flask"))


def test_a_server_that_does_not_answer_is_a_failed_row_and_removed() -> None:
    journal: Journal = []
    silent = TrialFailed("flask: no verified answer within 30 s", "the log's end")
    container = FakeContainer("flask", silent, journal=journal)
    row = run_trial(container, journal=journal)
    assert failure(row) == (
        Outcome.FAILED,
        TrialPhase.VERIFY,
        "flask: no verified answer within 30 s",
        "the log's end",
    )
    assert row.server.image_id == "sha256:flask"
    assert journal == ["start flask", "verify flask /json", "remove flask"]


def test_a_server_that_never_answered_keeps_its_log() -> None:
    store = FakeStore([])
    silent = TrialFailed("flask: no verified answer within 30 s", "the log's end")
    row = run_trial(FakeContainer("flask", silent, log=LOG), store=store)
    assert kept(store) == {"server.log": LOG}
    assert row.raw == ("raw/1/server.log",)


def test_a_vanished_container_leaves_no_log_but_the_reason() -> None:
    class Vanished(FakeContainer):
        def logs(self) -> str:
            raise TrialFailed("flask does not show its log")

    store = FakeStore([])
    row = run_trial(Vanished("flask", TrialFailed("no answer")), store=store)
    assert failure(row)[:3] == (Outcome.FAILED, TrialPhase.VERIFY, "no answer")
    assert (kept(store), row.raw) == ({}, ())


def test_a_broken_contract_fails_in_verify_with_reason_and_log_tail() -> None:
    wrong = probe("flask", answer(status=500), answer(body=b"{}"))
    store = FakeStore([])
    row = run_trial(FakeContainer("flask", wrong, log=LOG), store=store)
    assert kept(store) == {"server.log": LOG}
    assert failure(row) == (
        Outcome.FAILED,
        TrialPhase.VERIFY,
        "GET /json: status 500, not 200; "
        "GET /json: body of 2 bytes is not the contract's 7 bytes: '{}'",
        LOG_TAIL,
    )
    assert row.server == KNOWN_AFTER_VERIFYING
    assert row.nofile == 20_000


def test_a_load_that_reports_a_failure_fails_and_has_no_numbers() -> None:
    store = FakeStore([])
    script: list[LoadEvent] = [
        tick(),
        LoadFile(name="locust_stats.csv", text="as far as it came"),
        LoadFailed(reason="0 of 1 workers are left"),
    ]
    row = run_trial(flask(), script, store=store)
    assert failure(row)[:3] == (Outcome.FAILED, TrialPhase.LOAD, "0 of 1 workers are left")
    assert (row.totals, row.hold, row.steps) == (None, None, ())
    assert row.server == KNOWN_AFTER_VERIFYING
    assert set(kept(store)) == {*RAW, "locust_stats.csv"}
    assert row.raw == tuple(f"raw/1/{name}" for name in sorted(kept(store)))


@pytest.mark.parametrize("script", [[], [tick()]])
def test_a_master_that_ends_without_a_result_is_a_failed_load(script: list[LoadEvent]) -> None:
    row = run_trial(flask(), script)
    assert failure(row)[:3] == (
        Outcome.FAILED,
        TrialPhase.LOAD,
        "the Locust master ended without a result",
    )


def test_a_silent_master_is_a_failed_load_and_its_logs_are_kept() -> None:
    store = FakeStore([])
    silent = TrialFailed("locust said nothing for 20 s")
    row = run_trial(flask(), [tick(), silent], store=store)
    assert failure(row)[:3] == (Outcome.FAILED, TrialPhase.LOAD, "locust said nothing for 20 s")
    assert set(kept(store)) == set(RAW)


MEASURED = (
    "totals",
    "hold",
    "hold_users",
    "steps",
    "breaking_users",
    "failures_by_kind",
    "histogram",
    "locust",
)


def measured_part(row: TrialRecord) -> dict[str, object]:
    assert {field.name for field in fields(row)} >= set(MEASURED)
    return {name: getattr(row, name) for name in MEASURED}


def test_a_server_that_dies_under_load_failed_and_keeps_what_was_measured() -> None:
    journal: Journal = []
    row = run_trial(flask(state=DEAD, journal=journal), journal=journal)
    assert failure(row) == (
        Outcome.FAILED,
        TrialPhase.LOAD,
        "the server ended under load with exit code 137 (out of memory); "
        'its log ends with "line 30"',
        LOG_TAIL,
    )
    assert measured_part(row) == measured_part(run_trial(flask()))
    assert row.resources is not None
    assert (row.resources.oom_killed, row.resources.stop_s) == (True, None)
    assert "stop flask" not in journal
    assert journal[-1] == "remove flask"


def test_why_requests_failed_stands_in_the_row() -> None:
    why = {"bad_body: invalid HTTP: Duplicate Content-Length": 10}
    row = run_trial(flask(), [load_result(failure_reasons=why)])
    assert row.failure_reasons == why


def test_a_server_that_ends_by_itself_is_not_reported_as_out_of_memory() -> None:
    row = run_trial(flask(state=replace(DEAD, exit_code=1, oom_killed=False), log=""))
    assert row.reason == "the server ended under load with exit code 1"


def test_the_last_line_of_its_log_says_why_a_server_ended() -> None:
    """As with Japronto, whose parent process ends with 0 after its worker has crashed."""
    crash = "Fatal Python error: Segmentation fault\n\nWorker crashed on signal SIGSEGV!\n"
    row = run_trial(flask(state=replace(DEAD, exit_code=0, oom_killed=False), log=crash))
    assert row.reason == (
        "the server ended under load with exit code 0; "
        'its log ends with "Worker crashed on signal SIGSEGV!"'
    )


@pytest.mark.parametrize(("requests", "failures"), [(551, 10), (550, 9)])
def test_if_locusts_counts_differ_the_trial_fails_and_keeps_both(
    requests: int, failures: int
) -> None:
    own = LocustOwn(requests=requests, failures=failures, rps=109.5, median_ms=1.0, exceptions=0)
    row = run_trial(flask(), [load_result(locust=own)])
    assert failure(row)[:3] == (
        Outcome.FAILED,
        TrialPhase.LOAD,
        "the lab counted 550 requests and 10 failures, "
        f"but Locust counted {requests} and {failures}",
    )
    assert row.totals == measure.totals(load_result())
    assert row.locust == LocustTotals(
        requests=requests, failures=failures, rps=109.5, median_ms=1.0
    )


def doubts(row: TrialRecord) -> list[str]:
    return [caveat.code for caveat in row.caveats]


def measured(row: TrialRecord) -> bool:
    """Check that the trial is measured and has all its numbers."""
    whole = row.totals == measure.totals(load_result()) and row.hold is not None
    return row.outcome is Outcome.MEASURED and whole and row.phase is None and row.reason is None


STAYS = TrialFailed("flask could not be removed: already in progress")


@pytest.mark.parametrize(
    ("container", "stays"),
    [
        pytest.param(flask(stop_s=TrialFailed("flask could not be stopped")), None, id="stop"),
        pytest.param(flask(stop_s=RuntimeError("a surprise")), None, id="a surprise at the stop"),
        pytest.param(flask(), STAYS, id="remove"),
        pytest.param(flask(), RuntimeError("a surprise"), id="a surprise at the removal"),
    ],
)
def test_an_error_after_the_load_is_a_doubt_and_the_trial_stays_measured(
    container: FakeContainer, stays: BaseException | None
) -> None:
    row = run_trial(container, stays=stays)
    assert measured(row)
    assert doubts(row) == ["after-the-load"]
    assert row.raw == tuple(f"raw/1/{name}" for name in RAW)


def test_a_removal_that_fails_never_replaces_the_reason_of_a_failed_trial() -> None:
    row = run_trial(flask(), [LoadFailed(reason="a worker was lost")], stays=STAYS)
    assert failure(row)[:3] == (Outcome.FAILED, TrialPhase.LOAD, "a worker was lost")


@pytest.mark.parametrize("where", ["stop", "remove"])
def test_an_interrupt_after_the_load_leaves_the_trial_measured(where: str) -> None:
    store, journal = FakeStore([]), list[str]()
    interrupt = KeyboardInterrupt()
    container = flask(stop_s=interrupt) if where == "stop" else flask()
    trial = made(container, journal=journal, store=store, stays=interrupt)
    with pytest.raises(KeyboardInterrupt):
        trial.run([IMAGE])
    assert trial.finished is not None
    assert measured(trial.finished)
    assert set(kept(store)) == set(RAW)
    assert journal[-1] == "remove flask"


def test_an_interrupt_during_the_load_leaves_no_result() -> None:
    trial = made(flask(), [tick(), KeyboardInterrupt()])
    with pytest.raises(KeyboardInterrupt):
        trial.run([IMAGE])
    assert trial.finished is None


class Surprising(FakeContainer):
    """Raises an unexpected error."""

    def probe(self, requests: Sequence[Request], wait_s: float) -> Probe:
        raise KeyError("answered_at")


@pytest.mark.parametrize(
    ("container", "script", "phase", "reason"),
    [
        pytest.param(
            Surprising("flask"), (), TrialPhase.VERIFY,
            "unexpected KeyError: 'answered_at'", id="verify",
        ),
        pytest.param(
            flask(), [ZeroDivisionError("no time")], TrialPhase.LOAD,
            "unexpected ZeroDivisionError: no time", id="load",
        ),
        pytest.param(
            flask(), [load_result(duration_s=0.0)], TrialPhase.LOAD,
            "unexpected ZeroDivisionError: float division by zero", id="conclusion",
        ),
    ],
)  # fmt: skip
def test_an_unexpected_error_is_a_failed_row_with_its_traceback(
    container: FakeContainer,
    script: Sequence[LoadEvent | BaseException],
    phase: TrialPhase,
    reason: str,
) -> None:
    row = run_trial(container, script)
    assert failure(row)[:3] == (Outcome.FAILED, phase, reason)
    assert row.log_tail is not None
    assert row.log_tail.startswith("Traceback (most recent call last)")


def test_a_server_that_vanished_under_load_fails_and_keeps_its_numbers() -> None:
    gone = TrialFailed("flask: its container vanished; something outside the lab removed it")
    row = run_trial(flask(state=gone))
    assert failure(row)[:3] == (Outcome.FAILED, TrialPhase.LOAD, gone.reason)
    assert row.totals == measure.totals(load_result())
    assert row.resources is not None
    assert (row.resources.oom_killed, row.resources.restarts) == (None, None), "nobody can tell"


@pytest.mark.parametrize("change", [{"started_at": 1_003.0}, {"restarts": 1}])
def test_a_server_that_restarted_under_load_fails(change: dict[str, float]) -> None:
    row = run_trial(flask(state=replace(RUNNING, **change)))  # type: ignore[arg-type]
    assert failure(row)[:2] == (Outcome.FAILED, TrialPhase.LOAD)
    assert "was started again" in (row.reason or "")
    assert row.totals == measure.totals(load_result())


def test_interventions_by_others_under_load_are_a_doubt() -> None:
    row = run_trial(flask(interventions=("pause", "unpause")))
    assert measured(row)
    assert doubts(row) == ["intervention"]


@pytest.mark.parametrize(("stop_s", "codes"), [(1.9, []), (2.0, ["slow-stop"])])
def test_a_slow_stop_is_a_caveat(stop_s: float, codes: list[str]) -> None:
    row = run_trial(flask(stop_s=stop_s))
    assert [caveat.code for caveat in row.caveats] == codes


def test_after_ctrl_c_the_container_is_removed_and_no_files_are_left() -> None:
    journal: Journal = []
    store = FakeStore(journal)
    with pytest.raises(KeyboardInterrupt):
        run_trial(flask(), [tick(), KeyboardInterrupt()], journal=journal, store=store)
    assert journal[-2:] == ["unload flask", "remove flask"]
    assert store.raw == {}, "those of an earlier attempt stand, as its row does"


def held_twice() -> LoadResult:
    """A load whose first hold was disturbed; the second one has fewer requests."""
    *ramp, hold = load_result().steps
    second = load_step(4, "hold", 8, {1000: 180}, duration_s=2.0, server_steal=0.03)
    aside = replace(hold, phase=LoadPhase.DISTURBED, server_steal=0.25)
    steps = (*ramp, aside, replace(second, started_at=1_005.0))
    own = LocustOwn(requests=730, failures=10, rps=104.3, median_ms=1.0, exceptions=0)
    return load_result(steps=steps, duration_s=7.0, locust=own)


def test_of_two_holds_one_counts_and_both_are_in_the_row() -> None:
    journal: Journal = []
    again = StepBegan(index=4, phase=LoadPhase.HOLD, users=8, at=1_005.0, disturbed=0.25)
    row = run_trial(flask(), [again, held_twice()], journal=journal)
    assert row.outcome is Outcome.MEASURED
    assert [(s.phase, s.requests, s.server_steal) for s in row.steps[3:]] == [
        ("disturbed", 200, 0.25),
        ("hold", 180, 0.03),
    ]
    assert row.hold is not None
    assert row.totals is not None
    assert (row.hold.requests, row.hold.goodput_rps, row.hold_users) == (180, 90.0, 8)
    assert (row.totals.requests, row.totals.duration_s) == (730, 7.0)
    assert row.limited_by_evidence["server_steal"] == 0.03
    assert [caveat.code for caveat in row.caveats] == ["held-twice"]
    assert [line for line in journal if line.startswith("note")] == [
        "note flask json: the hypervisor took 25% of a CPU during the hold, so it is measured again"
    ]


def test_the_cpu_time_for_a_request_is_that_of_the_hold_that_counts() -> None:
    samples = [sample(999.0 + n, float(max(0, n - 6)) / 2) for n in range(9)]
    found = measure.resources(held_twice(), observed(samples))
    assert found.cpu_us_per_request == pytest.approx(0.5 * 2e6 / 180)
