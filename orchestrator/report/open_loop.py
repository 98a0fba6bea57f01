"""Latency at constant arrival rates: one that all share, and parts of what each can do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.model.record import OpenLoop, Outcome, TrialRecord
from orchestrator.report.table import Table, three_digits, whole

MEASURES = (
    "Requests/s",
    "Answered/s",
    "No answer",
    "p50 (ms)",
    "p99 (ms)",
    "p99.9 (ms)",
    "Max (ms)",
    "Service p99 (ms)",
    "Sent late p99 (ms)",
    "Limited by",
)


def open_loop_tables(workload: str, groups: Sequence[Sequence[TrialRecord]]) -> list[Table]:
    """The open loop of one workload; no table where no trial had one.

    Frameworks compare at the rate that all have in common, since only there they do the same work.
    It has a table of its own for that.

    Args:
        groups: the repeats of each service, in the order of the rows.
    """
    measured = [
        [trial for trial in group if trial.outcome is Outcome.MEASURED and trial.open_loop]
        for group in groups
    ]
    loads = {row.of_capacity for group in measured for trial in group for row in trial.open_loop}
    shares = sorted(load for load in loads if load is not None)
    found = []
    if None in loads:
        found.append(
            Table(
                name=f"{workload}-open",
                title=f"{workload}: latency at an arrival rate that all have in common",
                columns=("Framework", *MEASURES),
                rows=tuple(
                    (group[0].server.name, *_row(rows)) for group, rows in _at(measured, None)
                ),
            )
        )
    if shares:
        found.append(
            Table(
                name=f"{workload}-open-shares",
                title=f"{workload}: latency at shares of each framework's own capacity",
                columns=("Framework", "Load", *MEASURES),
                rows=tuple(
                    (group[0].server.name, f"{share:.0%}", *_row(rows))
                    for share in shares
                    for group, rows in _at(measured, share)
                ),
            )
        )
    return found


def _at(
    measured: Sequence[Sequence[TrialRecord]], load: float | None
) -> Iterator[tuple[Sequence[TrialRecord], Sequence[OpenLoop]]]:
    """Each service that was measured at this load, with its repeats there."""
    for group in measured:
        rows = [row for trial in group for row in trial.open_loop if row.of_capacity == load]
        if rows:
            yield group, rows


def _row(repeats: Sequence[OpenLoop]) -> tuple[str, ...]:
    return (
        three_digits([row.rate for row in repeats]),
        three_digits([row.goodput_rps for row in repeats]),
        whole([row.failures + row.unfinished for row in repeats]),
        three_digits([row.median_ms for row in repeats]),
        three_digits([row.p99_ms for row in repeats]),
        three_digits([row.p999_ms for row in repeats]),
        three_digits([row.max_ms for row in repeats]),
        three_digits([row.service_p99_ms for row in repeats]),
        three_digits([row.late_p99_ms for row in repeats]),
        ", ".join(sorted({row.limited_by for row in repeats})),
    )
