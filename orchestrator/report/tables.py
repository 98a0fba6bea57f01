"""The tables of a run: the one of 2019, the headline of the hold, and the open loop."""

from __future__ import annotations

from orchestrator.model.record import RunRecord
from orchestrator.report.group import (
    Group,
    by_rate,
    cpu_us_per_request,
    groups,
    memory_peak_mb,
    rate_of,
)
from orchestrator.report.open_loop import open_loop_tables
from orchestrator.report.rank import ranks, shown_rank
from orchestrator.report.table import (
    FRAMEWORK,
    Column,
    Row,
    Table,
    Value,
    hundredths,
    middle,
    span,
    three_digits,
    whole,
)

AS_IN_2019 = (
    FRAMEWORK,
    Column(key="requests", title="Total Request", show=whole),
    Column(key="rps", title="Request Per Second", show=hundredths),
    Column(key="median_ms", title="Median Response Time (ms)", show=three_digits),
    Column(key="failures", title="Failed Requests", show=whole),
)
OF_REPEATS = (
    Column(key="goodput_rps_lowest", title="Lowest", show=whole),
    Column(key="goodput_rps_highest", title="Highest", show=whole),
)
"""Of the repeats' requests/s; only where there are any."""
_RANKED = (
    FRAMEWORK,
    Column(key="rank", title="Rank"),
    Column(key="users", title="Users", show=whole),
    Column(key="goodput_rps", title="Requests/s", show=whole),
)
_REST = (
    Column(key="median_ms", title="p50 (ms)", show=three_digits),
    Column(key="p99_ms", title="p99 (ms)", show=three_digits),
    Column(key="hold_failures", title="Failed", show=whole),
    Column(key="breaking_users", title="Drops from", show=whole),
    Column(key="cpu_us_per_request", title="CPU µs/request", show=whole),
    Column(key="memory_peak_mb", title="Peak MB", show=whole),
    Column(key="limited_by", title="Limited by", words=True),
)


def headline_columns(record: RunRecord) -> tuple[Column, ...]:
    """The columns of the hold's table."""
    return (*_RANKED, *(OF_REPEATS if record.settings.repeats > 1 else ()), *_REST)


def tables(record: RunRecord) -> list[Table]:
    """For each workload: the 2019 table, the headline of the hold, the open loop if it has one."""
    return [table for workload in record.settings.workloads for table in of(record, workload)]


def of(record: RunRecord, workload: str) -> list[Table]:
    """The tables of one workload."""
    found = groups(record, workload)
    places = ranks(record, workload, found)
    return [
        Table(
            name=f"{workload}-2019",
            title=f"{workload}: the whole trial, as published in 2019",
            columns=AS_IN_2019,
            rows=tuple(_published(group) for group in found),
        ),
        Table(
            name=f"{workload}-hold",
            title=f"{workload}: held at the best step",
            columns=headline_columns(record),
            rows=tuple(
                headline(record, group, places.get(group.service)) for group in by_rate(found)
            ),
        ),
        *open_loop_tables(workload, found),
    ]


def _published(group: Group) -> Row:
    totals = [t.totals for t in group.measured if t.totals]
    return _row(
        group.name,
        middle([t.requests for t in totals]),
        middle([t.rps for t in totals]),
        middle([t.median_ms for t in totals]),
        middle([t.failures for t in totals]),
        note=None if totals else group.why,
    )


def headline(record: RunRecord, group: Group, rank: tuple[int, int] | None) -> Row:
    """One row of the hold's table; ``rank``: the best and the worst that it may have."""
    each = [trial.hold.goodput_rps for trial in group.held if trial.hold]
    spread = (min(each, default=None), max(each, default=None))
    return _row(
        group.name,
        shown_rank(rank),
        span([t.hold_users for t in group.held]),
        rate_of(group),
        *(spread if record.settings.repeats > 1 else ()),
        group.middle(lambda t: t.hold.median_ms if t.hold else None),
        group.middle(lambda t: t.hold.p99_ms if t.hold else None),
        # A failure is never averaged away: the most of any repeat, the fewest users of any.
        max((t.hold.failures for t in group.held if t.hold), default=None),
        min((t.breaking_users for t in group.held if t.breaking_users), default=None),
        cpu_us_per_request(group),
        memory_peak_mb(group),
        group.limited_by,
        note=group.why,
    )


def _row(*cells: Value, note: str | None) -> Row:
    return Row(cells=cells, note=note)
