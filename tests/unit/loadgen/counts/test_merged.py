"""Reports of workers are added up, and steps that are over are folded into their sums."""

from collections import Counter
from typing import Any

from labload.counts.merged import Merged
from labload.counts.tally import StepTally, Sums


def step(successes: int, failures: int = 0, **changes: Any) -> StepTally:
    return StepTally(
        began=successes + failures,
        latencies=Counter({1_000: successes}),
        failures=Counter({"reset": failures}),
        **changes,
    )


def test_reports_are_added_up_by_step() -> None:
    merged = Merged()
    merged.add({0: step(2), 1: step(3, 1)})
    merged.add({1: step(4)})
    assert {index: one.ended for index, one in merged.tally.items()} == {0: 2, 1: 8}
    assert merged.sums == Sums(requests=10, failures=1)


def test_a_folded_step_is_forgotten_but_its_sums_still_count() -> None:
    merged = Merged()
    for index in range(1, 1_001):
        merged.add({index: step(2, 1, connects=1)})
        merged.add({index: step(1, server_closes=1)})
        folded = merged.fold(index)
        assert (folded.ended, folded.failed, folded.connects) == (4, 1, 1)
        assert merged.tally == {}
    assert merged.sums == Sums(requests=4_000, failures=1_000, connects=1_000, server_closes=1_000)


def test_a_late_report_for_a_folded_step_counts_and_is_folded_with_the_next_one() -> None:
    merged = Merged()
    merged.add({0: StepTally(began=2)})
    assert merged.fold(0).unfinished == 2
    merged.add({0: StepTally(latencies=Counter({5: 2})), 1: step(1)})
    assert merged.sums == Sums(requests=3)
    assert merged.fold(1).ended == 1
    assert (merged.tally, merged.sums) == ({}, Sums(requests=3))


def test_a_step_without_any_report_is_empty() -> None:
    merged = Merged()
    merged.add({5: step(1)})
    assert merged.fold(3) == StepTally()
    assert merged.sums == Sums(requests=1)
