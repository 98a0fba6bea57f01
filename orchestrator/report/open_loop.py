"""Latency at constant arrival rates: a row for each framework and rate."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.record import OpenLoop, Outcome, TrialRecord
from orchestrator.report.table import Table, three_digits, whole

COLUMNS = (
    "Framework",
    "Load",
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


def open_loop_table(workload: str, groups: Sequence[Sequence[TrialRecord]]) -> Table | None:
    """The open loop of one workload; None where no trial had one.

    The rate that all have in common comes first, since only there frameworks compare at the same
    work; then each share of what each can do.

    Args:
        groups: the repeats of each service, in the order of the rows.
    """
    measured = [
        [trial for trial in group if trial.outcome is Outcome.MEASURED and trial.open_loop]
        for group in groups
    ]
    loads = {row.of_capacity for group in measured for trial in group for row in trial.open_loop}
    if not loads:
        return None
    return Table(
        name=f"{workload}-open",
        title=f"{workload}: latency at a constant arrival rate",
        columns=COLUMNS,
        rows=tuple(
            _row(group[0].server.name, load, repeats)
            for load in sorted(loads, key=lambda share: share or 0.0)
            for group in measured
            if (repeats := [r for t in group for r in t.open_loop if r.of_capacity == load])
        ),
    )


def _row(name: str, load: float | None, repeats: Sequence[OpenLoop]) -> tuple[str, ...]:
    return (
        name,
        "common" if load is None else f"{load:.0%}",
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
