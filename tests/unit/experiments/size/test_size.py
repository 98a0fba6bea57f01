"""The search for the right size: bisection, rows, words, the audit, and a run with fakes."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import log
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labload.counts.hdr import histogram
from labwire.slices import Served, Slice
from orchestrator.errors import TrialFailed, UsageError
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.size import SIZE, all_well
from orchestrator.experiments.size.audit import findings
from orchestrator.experiments.size.bisection import (
    CLOSE,
    LAST_TRIES,
    TRIES,
    highest_kept,
    lowest_missed,
    next_rate,
    probe_requests,
)
from orchestrator.experiments.size.document import read, rows_document, size_files, size_summary
from orchestrator.experiments.size.explained import summary
from orchestrator.experiments.size.options import latency, price, share
from orchestrator.experiments.size.page import page
from orchestrator.experiments.size.plan import SizePlan, problems
from orchestrator.experiments.size.record import (
    Probe,
    Search,
    SizedService,
    SizeRecord,
    SizeSettings,
)
from orchestrator.experiments.size.rows import size_rows
from orchestrator.model.catalogue import Names
from orchestrator.model.settings import Loading
from tests.fakes import (
    FakeContainer,
    FakeEngine,
    FakeGenerator,
    FakeSliceLoad,
    Journal,
    fake_bench,
)
from tests.unit.examples import LAYOUT, host, planned, probe

SETTINGS = SizeSettings(
    services=("flask",),
    workload="json",
    p99_s=0.1,
    errors=0.001,
    searches=2,
    every_s=10.0,
    price=5.0,
    seed=1,
)


def tried(rate: float, *, kept: bool, **changes: Any) -> Probe:
    example = Probe(
        rate=rate,
        requests=1000,
        failures=0,
        p99_ms=50.0 if kept else 200.0,
        idle=0.5,
        kept=kept,
    )
    return replace(example, **changes)


def searched(rate: float) -> Search:
    return Search(
        capacity=rate * 1.1,
        probes=(tried(rate, kept=True), *[tried(rate * 1.01, kept=False)] * LAST_TRIES),
    )


def record(**changes: Any) -> SizeRecord:
    flask = SizedService(
        service="flask", name="Flask", base="official", searches=(searched(100), searched(104))
    )
    example = SizeRecord(
        schema=1,
        run_id="size-2026-03-02-abcdef",
        started_at="2026-03-02T12:00:00Z",
        finished_at="2026-03-02T12:01:00Z",
        command="lab size flask --price 5/month",
        settings=SETTINGS,
        host=host(),
        layout=LAYOUT,
        services=(flask,),
    )
    return replace(example, **changes)


@given(st.floats(1, 1e6), st.floats(0.03, 3.5))
def test_bisection_finds_the_edge_from_below_and_ends(capacity: float, edge: float) -> None:
    """A rate is kept exactly up to an edge: the answer is at most 2 % below it."""
    probes: list[Probe] = []
    while (rate := next_rate(probes, capacity)) is not None:
        probes.append(tried(rate, kept=rate <= edge * capacity))
        assert len(probes) < 40 * TRIES
    found = highest_kept(probes)
    assert found is not None
    assert edge * capacity / CLOSE <= found * (1 + 1e-9)
    assert found <= edge * capacity


def test_a_promise_that_is_never_kept_ends_the_search() -> None:
    probes: list[Probe] = []
    while (rate := next_rate(probes, 1000.0)) is not None:
        probes.append(tried(rate, kept=False))
    assert highest_kept(probes) is None
    assert len(probes) < 10 * TRIES


def test_one_miss_that_the_host_made_decides_nothing() -> None:
    probes = [tried(900, kept=False)]
    assert next_rate(probes, 1000) == 900
    assert lowest_missed(probes) is None
    assert next_rate([*probes, tried(900, kept=True)], 1000) == pytest.approx(1080)
    assert next_rate([*probes, tried(900, kept=False)], 1000) == pytest.approx(450)


def test_a_disturbance_of_two_tries_does_not_end_the_search_below_it() -> None:
    """Like that of a search that found 155 requests/s and then 155 to 157 to be the edge."""
    early = [tried(900, kept=False)] * TRIES
    close = [*early, tried(450, kept=True), tried(895, kept=True)]
    assert next_rate(close, 1000) == 900
    assert next_rate([*close, tried(900, kept=False)], 1000) is None
    above = [*close, tried(900, kept=True)]
    assert next_rate(above, 1000) == pytest.approx(1080)
    assert next_rate([*above, *[tried(910, kept=False)] * TRIES], 1000) is None, "only once"


def test_a_probe_is_long_enough_for_its_promise_and_its_percentile() -> None:
    assert probe_requests(1000, 0.1) == 5_000  # 5 s: a queue of 2 % grows to 100 ms
    assert probe_requests(1000, 0.5) == 25_000
    assert probe_requests(1000, 3) == 60_000  # a minute at most
    assert probe_requests(20, 0.1) == 500
    assert probe_requests(1, 0.1) == 60
    assert probe_requests(0.001, 0.1) == 1


def test_a_rate_is_also_users_requests_of_a_month_and_of_one_unit_of_money() -> None:
    (row,) = size_rows(record())
    assert row.rate == pytest.approx((100 * 104) ** 0.5)
    assert row.rate and row.low and row.high and row.a_month
    assert log(row.high / row.rate) == pytest.approx(log(row.rate / row.low))
    assert row.users == pytest.approx(10 * row.rate)
    assert row.a_month == pytest.approx(row.rate * 730 * 3600)
    assert row.for_money == pytest.approx(row.a_month / 5)
    assert row.note == ""
    (told,) = rows_document(record())
    assert told["requests_per_second"] == row.rate
    assert told["p99_ms"] == 100


def to_the_end(*, kept: bool, **changes: Any) -> Search:
    """A search that is over, in which every rate was kept, or none."""
    search = Search(capacity=100)
    while (rate := next_rate(search.probes, search.capacity)) is not None:
        search = replace(search, probes=(*search.probes, tried(rate, kept=kept, **changes)))
    return search


def test_a_search_that_was_cut_off_does_not_count() -> None:
    (flask,) = record().services
    cut_off = Search(capacity=1000, probes=(tried(900, kept=True),))
    (row,) = size_rows(record(services=(replace(flask, searches=(searched(100), cut_off)),)))
    assert row.rate == pytest.approx(100)
    assert row.searches == 1
    assert row.note == "1 of 2 searches did not come to their end"


def test_what_a_row_cannot_say_stands_in_its_note() -> None:
    never, always = to_the_end(kept=False), to_the_end(kept=True, idle=0.01)
    (flask,) = record().services
    services = (
        replace(flask, searches=(never, searched(100))),
        replace(flask, searches=(always,)),
        replace(flask, searches=(), reason="build: no wheel"),
    )
    first, second, third = size_rows(record(services=services))
    assert (first.rate, first.note) == (None, "1 of 2 searches kept the promise at no rate")
    assert "every rate that was tried: the rate is a lower bound" in second.note
    assert "the load generator was nearly full" in second.note
    assert (third.rate, third.note) == (None, "failed in build: no wheel")
    assert not all_well(record(services=services))
    assert all_well(record())


def test_searches_that_do_not_agree_are_told_beside_the_rate() -> None:
    (flask,) = record().services
    apart = record(services=(replace(flask, searches=(searched(155), searched(362))),))
    (row,) = size_rows(apart)
    assert row.note.startswith("the searches do not agree (155 to 362 requests/s)")
    assert "95 % interval" in summary(apart)
    assert row.note in size_summary(apart)


def test_files_and_page_tell_the_same() -> None:
    files = size_files(record())
    assert read(files["size.json"], "size.json") == record()
    summary = size_summary(record())
    assert "| Flask |" in summary
    assert "99 of 100 requests answered within 100 ms" in summary
    html = page(record())
    assert "Million for 1" in html
    assert "data:image/svg+xml;base64," in html
    with pytest.raises(UsageError, match="schema 9"):
        read(size_files(record(schema=9))["size.json"], "size.json")


def test_the_audit_judges_each_promise_anew() -> None:
    assert findings(record()) == ()
    (flask,) = record().services
    wrong = Search(
        capacity=100,
        probes=(
            tried(90, kept=True, p99_ms=101.0),
            tried(90, kept=True, failures=2),
            tried(-1, kept=True),
            tried(90, kept=False, failures=2000),
        ),
    )
    told = [one.text for one in findings(record(services=(replace(flask, searches=(wrong,)),)))]
    assert len(told) == 4
    assert "the promise was kept, but the p99 is 101 ms" in told[0]


@pytest.mark.parametrize(
    ("read_by", "text", "value"),
    [
        (latency, "100ms", 0.1),
        (latency, "0.5s", 0.5),
        (latency, "2", 2.0),
        (share, "0.1%", 0.001),
        (share, "0", 0.0),
        (price, "5/month", 5.0),
        (price, "$0.01/hour", 7.3),
        (price, "60/year", 5.0),
    ],
)
def test_options_are_read(read_by: Callable[[str], float], text: str, value: float) -> None:
    assert read_by(text) == pytest.approx(value)


@pytest.mark.parametrize(
    ("read_by", "text"),
    [
        (latency, "fast"),
        (latency, "0ms"),
        (share, "100%"),
        (share, "-1%"),
        (price, "5"),
        (price, "0/month"),
        (price, "5/week"),
    ],
)
def test_wrong_options_are_refused(read_by: Callable[[str], float], text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="give a"):
        read_by(text)


def test_all_problems_with_the_settings_are_told_together() -> None:
    there = Names(services=("flask",), workloads=("json",))
    wrong = replace(SETTINGS, services=("nope",), workload="x", p99_s=4.0, searches=0, seed=-1)
    assert len(problems(wrong, there)) == 5
    assert problems(SETTINGS, there) == []


class UpTo500(FakeSliceLoad):
    """A server that answers up to 500 requests/s within 10 ms, and beyond that within 300 ms."""

    def spread(self, requests: int, rate: float, seed: int) -> Slice:
        served = Served(
            requests=requests,
            failures={},
            completed=requests,
            connects=1,
            histogram=histogram({10_000 if rate <= 500 else 300_000: requests}),
        )
        return Slice(servers=(served,), duration_s=requests / rate, idle=0.6)


class Generator(FakeGenerator):
    @contextmanager
    def slices(self, workload: str, loading: Loading) -> Iterator[UpTo500]:
        yield UpTo500(self._journal, [])


def run(server: FakeContainer, journal: Journal, **engine: Any) -> SizeRecord:
    known = planned()
    plan = SizePlan(settings=SETTINGS, loading=known.loading, trials=known.trials[:1])
    bench = fake_bench(
        journal,
        {"flask": server},
        Generator(journal),
        engine=FakeEngine(journal, {"flask": server}, **engine),
    )
    blank = record(services=(), finished_at=None)
    return carried_out(SIZE, plan, blank, bench, lambda one: one)


def test_each_search_finds_what_the_server_can_do() -> None:
    journal: Journal = []
    found = run(FakeContainer("flask", probe(), journal=journal), journal)
    (flask,) = found.services
    assert len(flask.searches) == 2
    assert [one.capacity for one in flask.searches] == [1000.0, 1000.0]
    (row,) = size_rows(found)
    assert row.rate is not None
    assert 500 / CLOSE <= row.rate <= 500
    assert findings(found) == ()
    assert all_well(found)


def test_after_a_missed_rate_the_next_one_waits_until_the_server_has_recovered() -> None:
    journal: Journal = []
    found = run(FakeContainer("flask", probe(), journal=journal), journal)
    missed = [one for search in found.services[0].searches for one in search.probes if not one.kept]
    ends = len(found.services[0].searches)  # the last rate of a search is a missed one
    assert journal.count("saturate 0 1 0.25") == len(missed) - ends > 0


def test_each_probe_has_enough_requests_for_its_percentile() -> None:
    journal: Journal = []
    found = run(FakeContainer("flask", probe(), journal=journal), journal)
    probes = [one for search in found.services[0].searches for one in search.probes]
    assert all(one.requests >= 500 for one in probes)
    assert all(one.requests / one.rate >= 1 for one in probes)


def test_a_failure_becomes_a_row_with_its_reason() -> None:
    journal: Journal = []
    server = FakeContainer("flask", TrialFailed("it ended"), journal=journal)
    (row,) = size_rows(run(server, journal))
    assert row.rate is None
    assert row.note.startswith("failed in load: ")
