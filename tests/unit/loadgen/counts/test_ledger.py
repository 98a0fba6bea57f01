"""Which step a request belongs to, and what is unfinished at a step's end."""

from labload.counts.ledger import Ledger
from labload.counts.tally import Health, StepTally, Sums, from_wire, total
from labwire.failure import FailureKind

MS = 1_000_000  # nanoseconds


def step(ledger: Ledger, index: int) -> StepTally:
    """A step's counts; drains them."""
    return from_wire(ledger.drain()).get(index, StepTally())


def test_a_request_belongs_to_the_step_it_began_in_and_its_completion_to_the_one_it_ended_in() -> (
    None
):
    ledger = Ledger(None, 0, 0)
    ledger.began(2)
    ledger.enter(1, 5 * MS)
    ledger.succeeded(0, 0, 7 * MS)
    ledger.failed(0, 0, 9 * MS, FailureKind.TIMEOUT)
    tally = from_wire(ledger.drain())
    assert tally[0].latencies == {7_000: 1}
    assert tally[0].failures == {"timeout": 1}
    assert tally[0].waits == {9_000: 1}
    assert (tally[0].completed, tally[1].completed) == (0, 1)


def test_a_request_that_ends_after_the_books_are_closed_is_unfinished() -> None:
    ledger = Ledger(None, 0, 0)
    ledger.began(3)
    ledger.succeeded(0, 0, MS)
    ledger.abandoned(0, 0, 2 * MS)
    ledger.close([(0, 0)], 2 * MS)
    ledger.succeeded(0, 0, 3 * MS)
    ledger.failed(0, 0, 3 * MS, FailureKind.EOF)
    ledger.abandoned(0, 0, 3 * MS)
    found = step(ledger, 0)
    assert (found.latencies, found.waits) == ({1_000: 1}, {2_000: 2})
    assert ledger.totals() == total({0: found}) == Sums(requests=1, unfinished=2)


def test_littles_law_is_exact_with_requests_across_a_steps_ends() -> None:
    """Two users, a step of 10 ms: requests from before it, in it, and under way at its end."""
    ledger = Ledger(None, 0, 0)
    ledger.began(2)
    ledger.enter(1, 100 * MS)
    ledger.succeeded(0, 90 * MS, 104 * MS)  # 4 of its 14 ms
    ledger.failed(0, 95 * MS, 103 * MS, FailureKind.EOF)  # 3 of its 8
    ledger.began(3)
    ledger.succeeded(1, 103 * MS, 105 * MS)  # all 2
    ledger.left(0, 110 * MS)
    ledger.left(0, 110 * MS)
    ledger.leave([6_000, 5_000], answered=2, now_ns=110 * MS, health=Health())
    found = step(ledger, 1)
    assert found.in_flight_us == found.present_us == 20_000
    assert found.pending == {6_000: 1, 5_000: 1}


def test_a_request_older_than_the_step_was_under_way_for_all_of_it() -> None:
    ledger = Ledger(None, 0, 0)
    ledger.began()
    ledger.enter(1, 100 * MS)
    ledger.left(0, 105 * MS)
    ledger.leave([105_000], answered=0, now_ns=105 * MS, health=Health())
    found = step(ledger, 1)
    assert found.in_flight_us == found.present_us == 5_000
    assert (found.pending, found.answered) == ({105_000: 1}, 0)


def test_a_request_that_ends_between_two_steps_counts_in_neither_rate() -> None:
    ledger = Ledger(None, 0, 0)
    ledger.began(2)
    ledger.enter(1, 10 * MS)
    ledger.paused = True
    ledger.succeeded(0, 0, 12 * MS)
    ledger.failed(0, 0, 12 * MS, FailureKind.RESET)
    tally = from_wire(ledger.drain())
    assert (tally[0].successes, tally[0].failed) == (1, 1)
    assert 1 not in tally or (tally[1].completed, tally[1].in_flight_us) == (0, 0)


def test_littles_law_is_exact_with_users_that_come_and_go_in_a_step() -> None:
    ledger = Ledger(None, 0, 0)
    ledger.began(2)
    ledger.abandoned(0, 0, 4 * MS)  # there from the start, gone after 4 ms
    ledger.left(0, 4 * MS)
    ledger.left(3 * MS, 10 * MS)  # came after 3 ms
    ledger.leave([7_000], answered=0, now_ns=10 * MS, health=Health())
    found = step(ledger, 0)
    assert found.in_flight_us == found.present_us == 11_000
