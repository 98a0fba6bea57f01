"""The tables of a run: the headline, the one of 2019, the hold, and the open loop."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.model.record import RunRecord
from orchestrator.report.fixed_rate import fixed_rate, ranks_by_cost
from orchestrator.report.group import Group, groups
from orchestrator.report.headline import together
from orchestrator.report.hold import hold
from orchestrator.report.open_loop import common_rate, shares
from orchestrator.report.table import (
    FRAMEWORK,
    Column,
    Row,
    Table,
    hundredths,
    middle,
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


def tables(record: RunRecord) -> list[Table]:
    """All tables of each workload in turn."""
    return [table for workload in record.settings.workloads for table in _of(record, workload)]


def _of(record: RunRecord, workload: str) -> Iterator[Table]:
    """What is about server and load together says so in its title."""
    found = groups(record, workload)
    if ranks_by_cost(record):
        yield fixed_rate(record, workload).table
    yield _marked(record, _published(workload, found))
    yield _marked(record, hold(record, workload).table)
    if common := common_rate(workload, found):
        yield common
    if parts := shares(workload, found):
        yield _marked(record, parts)


def _marked(record: RunRecord, table: Table) -> Table:
    return replace(table, title=table.title + together(record))


def _published(workload: str, found: tuple[Group, ...]) -> Table:
    return Table(
        name=f"{workload}-2019",
        title=f"{workload}: the whole trial, as published in 2019",
        columns=AS_IN_2019,
        rows=tuple(_row(group) for group in found),
    )


def _row(group: Group) -> Row:
    totals = [t.totals for t in group.measured if t.totals]
    cells = (
        group.name,
        middle([t.requests for t in totals]),
        middle([t.rps for t in totals]),
        middle([t.median_ms for t in totals]),
        middle([t.failures for t in totals]),
    )
    return Row(cells=cells, note=None if totals else group.why)
