"""Find numbers of a cross-check that contradict each other or cannot be trusted."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.experiments.crosscheck.ratios import Agreement, service_row
from orchestrator.experiments.crosscheck.record import (
    CrossCheck,
    LabSlice,
    ServiceCheck,
    WrkSlice,
)
from orchestrator.model.finding import Finding, Kind

COUNTS = "counts"


def findings(record: CrossCheck) -> tuple[Finding, ...]:
    """Counts of one slice that contradict each other, and counts on which the ends disagree."""
    return tuple(
        finding
        for check in record.services
        for finding in _service(check, record.settings.connections)
    )


def _service(check: ServiceCheck, connections: int) -> Iterator[Finding]:
    counted = check.counted
    slices: list[tuple[str, LabSlice, WrkSlice]] = [
        (f"{check.service}, pair {number}", pair.lab, pair.wrk)
        for number, pair in enumerate(check.pairs, 1)
    ]
    if counted is not None:
        slices.insert(0, (f"{check.service}, counted pair", counted.lab, counted.wrk))
    for row, lab, wrk in slices:
        successes = lab.requests - sum(lab.failures.values())
        yield from _at_most(row, "successes within the lab's slice", lab.completed, successes)
        wrong = max(wrk.bad_status, wrk.wrong or 0)
        yield from _at_most(row, "wrong answers that wrk saw", wrong, wrk.requests)
        yield from _at_most(row, "late answers that wrk saw", wrk.late, wrk.requests)
    both = service_row(check, connections)
    yield from _disagree(f"{check.service}, the lab's client", both.lab_counts)
    yield from _disagree(f"{check.service}, wrk", both.wrk_counts)


def _at_most(row: str, what: str, seen: int, most: int) -> Iterator[Finding]:
    if not 0 <= seen <= most:
        yield Finding(
            file="",
            row=row,
            rule=COUNTS,
            kind=Kind.CONTRADICTION,
            seen=seen,
            expected=most,
            text=f"{what}: {seen:,}, but at most {most:,} are possible",
        )


def _disagree(row: str, count: Agreement | None) -> Iterator[Finding]:
    if count is not None and not count.agrees:
        most = count.answered + count.under_way
        yield Finding(
            file="",
            row=row,
            rule=COUNTS,
            kind=Kind.DOUBT,
            seen=count.seen,
            expected=count.answered,
            text=f"the kernel saw {count.seen:,} requests at the server's end, but the client sent "
            f"{count.answered:,} to {most:,}",
        )
