"""Find numbers of a comparison that contradict each other or cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from orchestrator.experiments.ab.record import ABRecord
from orchestrator.model.finding import Finding, Kind


def findings(record: ABRecord) -> tuple[Finding, ...]:
    """Costs not above 0, launches without a slice, and launches that end before an earlier one."""
    return tuple(_impossible(record))


def _impossible(record: ABRecord) -> Iterator[Finding]:
    for number, launch in enumerate(record.launches, 1):
        row = f"launch {number}"
        if not launch.slices:
            yield _finding(row, "counts", 0, 1, "it has no slice")
        for one in launch.slices:
            yield from _above_zero(row, one.base_us, one.again_us, one.head_us)
        for pair in launch.closed:
            for closed in (pair.base, pair.head):
                yield from _above_zero(row, closed.rps, closed.p50_ms, closed.p99_ms)
    for number, count in enumerate(record.counts, 1):
        yield from _above_zero(f"count {number}", count.base, count.again, count.head)
    times = [launch.at_s for launch in record.launches]
    times += [count.at_s for count in record.counts]
    for number, (earlier, later) in enumerate(pairwise(times), 2):
        if later < earlier:
            yield _finding(f"launch {number}", "time", later, earlier, "it ended before the last")


def _above_zero(row: str, *values: float) -> Iterator[Finding]:
    for value in values:
        if not value > 0:
            yield _finding(row, "counts", value, 0, f"{value:g}, but every cost is above 0")


def _finding(row: str, rule: str, seen: float, expected: float, text: str) -> Finding:
    return Finding(
        file="",
        row=row,
        rule=rule,
        kind=Kind.CONTRADICTION,
        seen=seen,
        expected=expected,
        text=text,
    )
