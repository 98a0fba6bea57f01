"""Counts survive the journey from the workers, in whatever order and however cut up."""

import json
from copy import deepcopy

import msgpack  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from labload.counting import Counter
from labload.exchange import Outcome
from labload.tally import Tally, Totals, from_wire, merge, to_wire, total

KINDS = [None, "reset", "eof", "timeout"]

requests = st.lists(
    st.tuples(
        st.integers(0, 3),  # the step it begins in
        st.integers(0, 2),  # steps until it ends
        st.sampled_from(KINDS),
        st.integers(1, 10_000_000),
        st.integers(0, 1),
        st.booleans(),  # whether a report leaves after it
    ),
    max_size=30,
)


class Log:
    """What Locust would have counted."""

    def __init__(self) -> None:
        self.requests = self.errors = 0

    def log_request(
        self, method: str, name: str, response_time: float, content_length: int
    ) -> None:
        assert (method, name) == ("GET", "/json")
        self.requests += 1

    def log_error(self, method: str, name: str, error: str) -> None:
        self.errors += 1


def over_the_wire(data: object) -> Tally:
    return from_wire(msgpack.loads(msgpack.dumps(data), strict_map_key=False))


@given(requests, st.randoms())
def test_reports_add_up_in_any_order(load: list[tuple[int, ...]], random: object) -> None:
    log = Log()
    counter, whole = Counter(log, "/json"), Counter(Log(), "/json")
    reports = []
    for begins, later, kind, latency_us, connects, report in load:
        outcome = Outcome(kind, latency_us, 100, connects, 0)  # type: ignore[arg-type]
        for each in (counter, whole):
            each.enter(begins)
            step = each.begin()
            each.enter(begins + later)
            each.record(step, outcome)
        if report:
            reports.append(counter.drain())
    reports.append(counter.drain())
    random.shuffle(reports)  # type: ignore[attr-defined]

    merged = Tally()
    for data in reports:
        merge(merged, over_the_wire(data))
    assert merged == over_the_wire(whole.drain())
    assert total(merged) == counter.totals() == whole.totals()
    assert (log.requests, log.errors) == (total(merged).requests, total(merged).failures)


def test_a_request_belongs_to_the_step_it_began_in_and_its_completion_to_the_one_it_ended_in() -> (
    None
):
    counter = Counter(Log(), "/json")
    slow, late = counter.begin(), counter.begin()
    counter.enter(1)
    counter.record(slow, Outcome(None, 700, 1, 1, 0))
    counter.record(late, Outcome("timeout", 900, 0, 0, 1))
    tally = over_the_wire(counter.drain())
    assert tally.steps[0].latencies == {700: 1}
    assert tally.steps[0].failures == {"timeout": 1}
    assert (tally.steps[0].completed, tally.steps[1].completed) == (0, 1)
    assert (tally.connects, tally.server_closes) == (1, 1)


def test_what_ends_after_the_trial_is_unfinished() -> None:
    counter = Counter(Log(), "/json")
    done, cut_off = counter.begin(), counter.begin()
    counter.record(done, Outcome(None, 700, 1, 1, 0))
    counter.counting = False
    counter.record(cut_off, Outcome("eof", 900, 0, 0, 0))
    assert counter.totals() == Totals(requests=1, unfinished=1, connects=1)
    assert total(from_wire(counter.drain())) == counter.totals()


def test_merging_leaves_the_other_alone() -> None:
    counter = Counter(Log(), "/json")
    counter.record(counter.begin(), Outcome(None, 700, 1, 1, 0))
    part = from_wire(counter.drain())
    before = deepcopy(part)
    into = Tally()
    merge(into, part)
    merge(into, part)
    assert part == before
    assert total(into).requests == 2


def test_the_wire_form_is_plain_data() -> None:
    assert json.loads(json.dumps(to_wire(Tally()))) == {
        "steps": {},
        "connects": 0,
        "server_closes": 0,
    }
