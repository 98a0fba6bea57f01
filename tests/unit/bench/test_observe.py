"""A service is observed once in a run, after its first measured trial, in its own container."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from orchestrator.bench.bench import Bench
from orchestrator.bench.method import Measured, Subject
from orchestrator.bench.observe import connections, is_unobserved, not_looked_inside, under_load
from orchestrator.bench.trials import measure_trials
from orchestrator.doubts.observed import observed_differences
from orchestrator.errors import TrialFailed
from orchestrator.model.observed import NOT_LOOKED_INSIDE, Observed, Process, UnderLoad
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Outcome, TrialRecord
from orchestrator.ports import ContainerState
from orchestrator.report.observed import what_runs
from tests.fakes import FakeContainer, FakeGenerator, Journal, fake_bench
from tests.unit.examples import (
    JSON,
    TEXT,
    answer,
    manifest,
    planned,
    probe,
    run_record,
    server,
    trial_record,
)

RUNS = Observed(
    event_loops=(),
    http_parsers={"http.server.BaseHTTPRequestHandler": "http.server"},
    json_calls={"ujson": 7},
    workers=1,
    threads=1,
    backlogs=(128,),
)
LOADED = UnderLoad(processes=1, threads=9, others=1)
UNOBSERVED = Observed(why=NOT_LOOKED_INSIDE, under_load=LOADED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """A method that saw who served under load."""

    @contextmanager
    def measured(self, subject: Subject, bench: Bench) -> Iterator[Measured]:
        def into(record: TrialRecord, state: ContainerState) -> TrialRecord:
            return replace(record, server=replace(record.server, observed=UNOBSERVED))

        yield Measured(into=into)


def measured(
    runs: Observed | BaseException, journal: Journal, repeats: int = 1, **server: object
) -> list[RunRecord]:
    container = FakeContainer("flask", probe(), observed=runs, journal=journal, **server)  # type: ignore[arg-type]
    contract = {"json": JSON, "text": TEXT}
    bench = fake_bench(journal, {"flask": container}, FakeGenerator(journal, ()), contract=contract)
    plan = planned(repeats=repeats, workloads=("json",))
    return list(measure_trials(plan.trials, run_record(plan), Loading(), bench))


def test_every_row_of_a_service_says_what_runs_and_it_is_observed_once() -> None:
    journal: Journal = []
    *_, record = measured(RUNS, journal, repeats=2)
    assert [row.server.observed for row in record.trials] == [replace(RUNS, under_load=LOADED)] * 2
    assert [row.caveats for row in record.trials] == [(), ()]
    assert journal.count("observe flask by 4 connections: /json /text") == 1


def test_the_measured_trial_is_kept_before_the_service_is_observed() -> None:
    journal: Journal = []
    _, first, second = measured(RUNS, journal)
    assert first.trials[0].outcome is Outcome.MEASURED
    assert first.trials[0].server.observed == UNOBSERVED
    assert second.trials[0].server.observed == replace(RUNS, under_load=LOADED)
    watched = journal.index("watch flask")
    assert "remove flask" in journal[:watched]


def test_a_difference_is_a_caveat_of_the_row_and_no_failure() -> None:
    *_, record = measured(replace(RUNS, event_loops=("uvloop.Loop",)), [])
    (row,) = record.trials
    assert row.outcome is Outcome.MEASURED
    assert [caveat.code for caveat in row.caveats] == ["other-than-said"]
    assert row.caveats[0].text == "service.toml says no event loop, but uvloop.Loop runs"


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (TrialFailed("it answered no request", "a\nNameError: x"), "it answered no request: "
         "NameError: x"),
        (ValueError("broken"), "unexpected ValueError: broken"),
    ],
)  # fmt: skip
def test_a_service_that_cannot_be_observed_says_why_and_stays_measured(
    error: Exception, why: str
) -> None:
    *_, record = measured(error, [])
    (row,) = record.trials
    assert row.outcome is Outcome.MEASURED
    assert row.server.observed == Observed(why=why, under_load=LOADED)
    assert row.caveats == ()


def test_an_interrupt_while_a_service_is_observed_keeps_its_row() -> None:
    journal: Journal = []
    kept: list[RunRecord] = []
    with pytest.raises(KeyboardInterrupt):
        kept.extend(_interrupted(journal))
    (row,) = kept[-1].trials
    assert row.outcome is Outcome.MEASURED
    assert row.server.observed == UNOBSERVED


def test_a_row_that_an_interrupt_left_unobserved_is_observed_when_the_run_goes_on() -> None:
    kept: list[RunRecord] = []
    with pytest.raises(KeyboardInterrupt):
        kept.extend(_interrupted([]))
    journal: Journal = []
    container = FakeContainer("flask", probe(), observed=RUNS, journal=journal)
    bench = fake_bench(
        journal, {"flask": container}, FakeGenerator(journal, ()), contract={"json": JSON}
    )
    plan = planned(repeats=1, workloads=("json",))
    *_, record = measure_trials(plan.trials, kept[-1], Loading(), bench)
    assert record.trials[0].server.observed == replace(RUNS, under_load=LOADED)
    assert not any(line.startswith("verify") for line in journal), "it was not measured again"
    again = list(measure_trials(plan.trials, record, Loading(), bench))
    assert again[-1].trials == record.trials


def test_a_measured_row_without_a_reading_of_its_load_says_that_nobody_looked_inside_yet() -> None:
    row = trial_record(server=server(observed=None))
    left = not_looked_inside(row)
    assert left.server.observed == Observed(why=NOT_LOOKED_INSIDE)
    assert is_unobserved(left)
    assert not is_unobserved(row)
    assert observed_differences(left.server) == ()
    (fact,) = what_runs(left.server)
    assert fact == ("Inside the process", f"not observed: {NOT_LOOKED_INSIDE}")


def _interrupted(journal: Journal) -> Iterator[RunRecord]:
    container = FakeContainer("flask", probe(), observed=KeyboardInterrupt(), journal=journal)
    bench = fake_bench(
        journal, {"flask": container}, FakeGenerator(journal, ()), contract={"json": JSON}
    )
    plan = planned(repeats=1, workloads=("json",))
    return measure_trials(plan.trials, run_record(plan), Loading(), bench)


def test_a_service_that_fails_is_not_observed() -> None:
    journal: Journal = []
    container = FakeContainer("flask", probe("flask", answer(status=500)), journal=journal)
    bench = fake_bench(
        journal, {"flask": container}, FakeGenerator(journal, ()), contract={"json": JSON}
    )
    plan = planned(repeats=1, workloads=("json",))
    *_, record = measure_trials(plan.trials, run_record(plan), Loading(), bench)
    assert record.trials[0].outcome is Outcome.FAILED
    assert "watch flask" not in journal


@pytest.mark.parametrize(
    ("threads", "backlog", "expected"),
    [
        ("1", 128, 4),
        ("4 in a pool, 1 for connections", 128, 16),
        ("up to 512 in a pool", 1024, 64),
        ("one per connection", 128, 4),
        ("8", 5, 5),
    ],
)
def test_there_are_enough_connections_for_all_threads_and_none_that_may_be_turned_away(
    threads: str, backlog: int, expected: int
) -> None:
    assert connections(manifest(threads=threads, backlog=backlog)) == expected


def process(pid: int, cpu_s: float, threads: int = 1) -> Process:
    return Process(pid=pid, threads=threads, cpu_s=cpu_s)


def test_those_serve_that_used_cpu_time_since_the_load_began() -> None:
    before = [process(1, 0.01), process(2, 0.8), process(3, 0.3)]
    during = [process(1, 0.02), process(2, 0.81), process(3, 5.3, threads=7)]
    assert under_load(before, during) == UnderLoad(processes=1, threads=7, others=2)


def test_a_process_that_began_under_load_may_serve_too() -> None:
    assert under_load([process(1, 0.0)], [process(1, 1.0), process(9, 1.0)]) == UnderLoad(
        processes=2, threads=2, others=0
    )


@pytest.mark.parametrize(
    ("before", "during"),
    [
        (None, (process(1, 1.0),)),
        ((process(1, 1.0),), None),
        ((process(1, 1.0),), (process(1, 1.02),)),
    ],
)
def test_without_both_readings_or_with_hardly_any_cpu_time_it_is_unknown(
    before: tuple[Process, ...] | None, during: tuple[Process, ...] | None
) -> None:
    assert under_load(before, during) is None
