"""Reports of workers add up exactly, in any order and with any split."""

import json
from collections import Counter
from copy import deepcopy
from typing import Any

import msgpack  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from labload.counts.ledger import Ledger
from labload.counts.tally import (
    REASONS,
    Distribution,
    Health,
    StepTally,
    Tally,
    from_wire,
    merge,
    note,
    to_wire,
    total,
)
from labwire.failure import FailureKind

KINDS = [None, *FailureKind]

requests = st.lists(
    st.tuples(
        st.integers(0, 3),  # the step it begins in
        st.integers(0, 2),  # steps until it ends
        st.sampled_from(KINDS),
        st.integers(1, 10_000_000),
        st.booleans(),  # whether a report is sent after it
    ),
    max_size=30,
)


class Locust:
    """Locust's counts, for comparison."""

    def __init__(self) -> None:
        self.successes = self.failures = self.received = 0

    def add(self, latencies: Distribution, failures: Counter[str], received: int) -> None:
        self.successes += latencies.total()
        self.failures += failures.total()
        self.received += received


def over_the_wire(data: Any) -> Tally:
    return from_wire(msgpack.loads(msgpack.dumps(data), strict_map_key=False))


def test_only_a_limited_number_of_reasons_is_kept_apart() -> None:
    one, other = StepTally(), StepTally()
    for number in range(100):
        note(one.reasons, f"bad_body: body {number}", 1)
        note(other.reasons, f"bad_body: another body {number}", 1)
    one.add(other)
    assert len(one.reasons) == REASONS + 1
    assert one.reasons["bad_body: body 0"] == 1
    assert one.reasons.total() == 200
    assert over_the_wire(to_wire({0: one})) == {0: one}


@given(requests, st.randoms())
def test_reports_add_up_in_any_order(load: list[tuple[Any, ...]], random: Any) -> None:
    locust = Locust()
    ledger, whole = Ledger(locust, 0, 0), Ledger(Locust(), 0, 0)
    reports = []
    for begins, later, kind, latency_us, report in load:
        for each in (ledger, whole):
            each.enter(begins, 0)
            each.began()
            each.enter(begins + later, 0)
            if kind is None:
                each.succeeded(begins, 0, latency_us * 1000)
            else:
                each.failed(begins, 0, latency_us * 1000, kind)
        if report:
            reports.append(ledger.drain())
    reports.append(ledger.drain())
    random.shuffle(reports)

    merged: Tally = {}
    for data in reports:
        merge(merged, over_the_wire(data))
    assert merged == over_the_wire(whole.drain())
    assert total(merged) == ledger.totals() == whole.totals()
    assert locust.successes + locust.failures == total(merged).requests == len(load)
    assert locust.failures == total(merged).failures


def test_every_number_of_a_step_survives_serialization() -> None:
    step = StepTally(
        began=9,
        completed=4,
        failures=Counter(eof=2),
        latencies=Counter({7: 5}),
        waits=Counter({8: 2}),
        service=Counter({3: 5}),
        late=Counter({1: 5}),
        pending=Counter({6: 1}),
        answered=3,
        in_flight_us=10,
        present_us=11,
        connects=2,
        connecting_us=12,
        server_closes=1,
        health=Health(idle=0.5, lag_us=20, listen_overflows=0),
    )
    assert over_the_wire(to_wire({4: step})) == {4: step}


def test_the_worst_of_several_workers_counts() -> None:
    one = Health(idle=0.5, lag_us=20, listen_overflows=3)
    other = Health(idle=0.1, lag_us=None, listen_overflows=3)
    assert one.worst(other) == other.worst(one) == Health(idle=0.1, lag_us=20, listen_overflows=3)
    assert Health().worst(one) == one


def test_merging_does_not_change_the_other_tally() -> None:
    ledger = Ledger(None, 0, 0)
    ledger.began()
    ledger.succeeded(0, 0, 700_000)
    part = from_wire(ledger.drain())
    before = deepcopy(part)
    into: Tally = {}
    merge(into, part)
    merge(into, part)
    assert part == before
    assert total(into).requests == 2


def test_the_wire_form_is_plain_data() -> None:
    ledger = Ledger(None, 3, 0)
    ledger.began()
    assert json.loads(json.dumps(to_wire({}))) == {}
    assert json.loads(json.dumps(ledger.drain())) == {"3": {"began": 1, "health": [None] * 3}}
