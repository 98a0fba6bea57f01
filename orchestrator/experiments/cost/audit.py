"""Find numbers of a cost table that contradict each other or cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from itertools import pairwise
from math import isclose

from orchestrator.experiments.cost.record import CostRecord, CostRow
from orchestrator.experiments.cost.rows import cost_rows
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.together import REFERENCE, Together, TogetherLaunch

TOLERANCE = 1e-9
"""Relative: what rounding of the same computation on another machine may change."""
NUMBERS = ("relative", "low", "high", "cpu_us_per_request", "launches")


def findings(record: CostRecord) -> tuple[Finding, ...]:
    """Costs not above 0, launches without slices or servers, and rows that do not follow."""
    found = [finding for together in record.together for finding in _impossible(together)]
    return tuple(found or _rows(record))


def _impossible(together: Together) -> Iterator[Finding]:
    needed = {REFERENCE, *together.services}
    for number, launch in enumerate(together.launches, 1):
        row = f"{together.workload}, launch {number}"
        if not launch.slices:
            yield _finding(row, "counts", 0, 1, "it has no slice")
        yield from _slices(row, launch, needed)
        yield from _modes(row, launch)
    times = [launch.at_s for launch in together.launches]
    for number, (earlier, later) in enumerate(pairwise(times), 2):
        if later < earlier:
            row = f"{together.workload}, launch {number}"
            yield _finding(row, "time", later, earlier, "it ended before the last")


def _slices(row: str, launch: TogetherLaunch, needed: set[str]) -> Iterator[Finding]:
    for used in launch.slices:
        if missing := sorted(needed - used.keys()):
            text = f"a slice lacks {', '.join(missing)}"
            yield _finding(row, "counts", len(used), len(needed), text)
        for name, us in used.items():
            if not 0 < us < float("inf"):
                yield _finding(row, "counts", us, 0, f"{name}: {us:g} µs, but it costs more than 0")


def _modes(row: str, launch: TogetherLaunch) -> Iterator[Finding]:
    """CPU time in programs and in the kernel: of the same servers, and never less than nothing."""
    if launch.user_s.keys() != launch.system_s.keys():
        odd = sorted(launch.user_s.keys() ^ launch.system_s.keys())
        text = f"{', '.join(odd)}: CPU time in programs without that in the kernel, or the reverse"
        yield _finding(row, "counts", len(odd), 0, text)
    for name, seconds in (*launch.user_s.items(), *launch.system_s.items()):
        if not 0 <= seconds < float("inf"):
            yield _finding(row, "counts", seconds, 0, f"{name}: {seconds:g} s, but none is below 0")


def _rows(record: CostRecord) -> Iterator[Finding]:
    """Rows that do not follow from the launches. A record without rows is only just begun."""
    if not record.rows:
        return
    derived = {(row.workload, row.service): row for row in cost_rows(record)}
    stored = {(row.workload, row.service): row for row in record.rows}
    for key in derived.keys() | stored.keys():
        workload, service = key
        row = f"{service}, {workload}"
        if key not in stored or key not in derived:
            text = "the launches and the table do not have the same rows"
            yield _finding(row, "rows", float(key in stored), float(key in derived), text)
        else:
            yield from _different(row, stored[key], derived[key])


def _different(row: str, stored: CostRow, derived: CostRow) -> Iterator[Finding]:
    for field in fields(CostRow):
        seen, expected = getattr(stored, field.name), getattr(derived, field.name)
        if field.name in NUMBERS and seen is not None and expected is not None:
            if not isclose(seen, expected, rel_tol=TOLERANCE):
                text = f"{field.name} is {seen:g}, but the launches give {expected:g}"
                yield _finding(row, "rows", seen, expected, text)
        elif seen != expected:
            text = f"{field.name} is {seen}, but the launches give {expected}"
            yield _finding(row, "rows", 0, 0, text)


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
