"""Latency at constant arrival rates: one that all share, and parts of what each can do."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.trial import OpenLoop
from orchestrator.report.group import Group
from orchestrator.report.table import (
    FRAMEWORK,
    Column,
    Row,
    Table,
    Value,
    middle,
    percent,
    three_digits,
    whole,
)
from orchestrator.stats import tells

LOAD = Column(key="of_capacity", title="Load", show=percent)
MEASURES = (
    Column(key="rate_rps", title="Requests/s", show=three_digits),
    Column(key="goodput_rps", title="Answered/s", show=three_digits),
    Column(key="unanswered", title="No answer", show=whole),
    Column(key="median_ms", title="p50 (ms)", show=three_digits),
    Column(key="p99_ms", title="p99 (ms)", show=three_digits),
    Column(key="p999_ms", title="p99.9 (ms)", show=three_digits),
    Column(key="max_ms", title="Max (ms)", show=three_digits),
    Column(key="service_p99_ms", title="Service p99 (ms)", show=three_digits),
    Column(key="late_p99_ms", title="Sent late p99 (ms)", show=three_digits),
    Column(key="limited_by", title="Limited by", words=True),
)


def common_rate(workload: str, groups: Sequence[Group]) -> Table | None:
    """Latency at the rate that all have in common; None where no trial had it.

    Frameworks compare there, since only there they do the same work.
    """
    common = [(group, rows) for group in groups if (rows := group.open_loop(None))]
    if not common:
        return None
    return Table(
        name=f"{workload}-open",
        title=f"{workload}: latency at an arrival rate that all have in common",
        columns=(FRAMEWORK, *MEASURES),
        rows=tuple(Row(cells=(group.name, *_cells(rows))) for group, rows in common),
    )


def shares(workload: str, groups: Sequence[Group]) -> Table | None:
    """Latency at shares of what each framework can do; None where no trial had it."""
    if not (loads := shares_of(groups)):
        return None
    return Table(
        name=f"{workload}-open-shares",
        title=f"{workload}: latency at shares of each framework's own capacity",
        columns=(FRAMEWORK, LOAD, *MEASURES),
        rows=tuple(
            Row(cells=(group.name, load, *_cells(rows)))
            for load in loads
            for group in groups
            if (rows := group.open_loop(load))
        ),
    )


def shares_of(groups: Sequence[Group]) -> list[float]:
    """The shares of their own capacity at which any was measured."""
    loads = {
        row.of_capacity for group in groups for trial in group.measured for row in trial.open_loop
    }
    return sorted(load for load in loads if load is not None)


def _cells(repeats: Sequence[OpenLoop]) -> tuple[Value, ...]:
    answered = min(row.requests - row.failures for row in repeats)
    return (
        middle([row.rate for row in repeats]),
        middle([row.goodput_rps for row in repeats]),
        middle([row.failures + row.unfinished for row in repeats]),
        middle([row.median_ms for row in repeats]),
        middle([row.p99_ms for row in repeats]) if tells(answered, 99) else None,
        middle([row.p999_ms for row in repeats]) if tells(answered, 99.9) else None,
        max((row.max_ms for row in repeats if row.max_ms is not None), default=None),
        middle([row.service_p99_ms for row in repeats]),
        middle([row.late_p99_ms for row in repeats]),
        ", ".join(sorted({row.limited_by for row in repeats})),
    )
