"""The rows of a run's page: all workloads in one table, and what each row opens to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.model.lock import Locks
from orchestrator.model.record import RunRecord
from orchestrator.report.column import Column
from orchestrator.report.details import Details, details
from orchestrator.report.ranking import Place, Ranking
from orchestrator.report.stale import STALE, stale
from orchestrator.report.table import MISSING, Cell, Row


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRow:
    """One row of the page's table and its details.

    ``framework``, ``folder``: the folders of its application and of the service, below
    ``services/``.
    ``stale``: how its versions differ from those of its lock today; None if they do not.
    """

    id: str
    framework: str
    folder: str
    workload: str
    ranked: bool
    limited_by: str | None
    search: str
    stale: str | None
    cells: tuple[Cell, ...]
    details: Details


def page_rows(
    record: RunRecord, headlines: Sequence[Ranking], columns: Sequence[Column[Place]], locks: Locks
) -> list[PageRow]:
    """A row for each place of each workload's headline, in the order of the headlines."""
    return [
        _row(record, place, _cells(columns, one.columns, row), locks)
        for one in headlines
        for place, row in zip(one.places, one.table.rows, strict=True)
    ]


def all_columns(headlines: Sequence[Ranking]) -> tuple[Column[Place], ...]:
    """The columns of all workloads in one table: each behind those that stand before it."""
    found = list[Column[Place]]()
    for one in headlines:
        at = 0
        for column in one.columns:
            keys = [known.key for known in found]
            if column.key not in keys:
                found.insert(at, column)
            at = (keys.index(column.key) if column.key in keys else at) + 1
    return tuple(found)


def _cells(
    columns: Sequence[Column[Place]], its: Sequence[Column[Place]], row: Row
) -> tuple[Cell, ...]:
    """A row's cells in the page's columns; columns that its workload does not have are empty."""
    known = {column.key: cell for column, cell in zip(its, row.cells, strict=True)}
    empty = Cell(value=None, text=MISSING)
    return tuple(known.get(column.key, empty) for column in columns)


def _row(record: RunRecord, place: Place, cells: tuple[Cell, ...], locks: Locks) -> PageRow:
    group = place.group
    found = details(record, group)
    other = stale(group, locks)
    words = (
        group.name,
        group.service,
        place.limited_by,
        group.why,
        group.workload,
        other and STALE,
    )
    facts = [text for _, text in (*found.settings, *found.runs)]
    return PageRow(
        id=f"details-{group.workload}-{group.service}",
        framework=group.framework,
        folder=group.folder,
        workload=group.workload,
        ranked=place.ranked,
        limited_by=place.limited_by,
        search=" ".join([word for word in words if word] + facts).lower(),
        stale=other,
        cells=cells,
        details=found,
    )
