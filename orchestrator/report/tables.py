"""The tables of a run: headline, the table of 2019, hold, and open loop."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Totals
from orchestrator.report.column import (
    Column,
    Value,
    framework,
    hundredths,
    known_median,
    three_digits,
    whole,
)
from orchestrator.report.fixed_rate import ranks_by_cost
from orchestrator.report.group import Group, groups
from orchestrator.report.headline import headline, together
from orchestrator.report.hold import hold
from orchestrator.report.open_loop import common_rate, shares
from orchestrator.report.own import is_own
from orchestrator.report.table import Table, make_table


def _totals(group: Group) -> list[Totals]:
    return [trial.totals for trial in group.measured if trial.totals]


def _median(of: Callable[[Totals], float | None]) -> Callable[[Group], Value]:
    return lambda group: known_median([of(totals) for totals in _totals(group)])


AS_IN_2019: tuple[Column[Group], ...] = (
    framework(lambda group: group.name),
    Column("requests", "Total Request", _median(lambda t: t.requests), show=whole),
    Column("rps", "Request Per Second", _median(lambda t: t.rps), show=hundredths),
    Column(
        "median_ms", "Median Response Time (ms)", _median(lambda t: t.median_ms), show=three_digits
    ),
    Column("failures", "Failed Requests", _median(lambda t: t.failures), show=whole),
)


def tables(record: RunRecord) -> list[Table]:
    """All tables of the first workload, then those of the next."""
    return [table for workload in record.settings.workloads for table in _of(record, workload)]


def _of(record: RunRecord, workload: str) -> Iterator[Table]:
    """One workload's tables. Those about server and load together say so in their titles."""
    found = groups(record, workload)
    if ranks_by_cost(record):
        yield headline(record, workload).table
    own = is_own(record)
    whole = _marked(record, _published(workload, found, own=own))
    held = _marked(record, hold(record, workload).table)
    yield from (held, whole) if own else (whole, held)
    if common := common_rate(workload, found):
        yield common
    if parts := shares(workload, found):
        yield _marked(record, parts)


def _marked(record: RunRecord, table: Table) -> Table:
    return replace(table, title=table.title + together(record))


def _published(workload: str, found: tuple[Group, ...], *, own: bool) -> Table:
    return make_table(
        name=f"{workload}-2019",
        title=f"{workload}: the whole trial{'' if own else ', as published in 2019'}",
        columns=AS_IN_2019,
        rows=found,
        note=lambda group: None if _totals(group) else group.why,
    )
