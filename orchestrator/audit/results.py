"""The audit of a table's rows: compares them with each other and with the load."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestrator.audit.alike import equal_values, plateau
from orchestrator.audit.counts import errors, row_counts
from orchestrator.audit.latency import equal_columns, mean_outside_percentiles, percentile_order
from orchestrator.audit.little import little
from orchestrator.audit.rate import rate
from orchestrator.audit.row import ResultRow
from orchestrator.audit.schedule import schedule_ceiling
from orchestrator.audit.total import adds_up, sums
from orchestrator.audit.zero import zero
from orchestrator.model.finding import Finding
from orchestrator.model.published import OfferedLoad, PublishedTable


def audit_results(
    rows: Sequence[ResultRow], file: str, load: OfferedLoad | None = None, *, whole: bool = True
) -> tuple[Finding, ...]:
    """All findings about the rows of one table. Rows of different tables are not compared.

    Args:
        file: the file of rows that do not name one.
        load: the load that was offered, if it is known.
        whole: whether all rows are there. Only then a total is compared with its parts.
    """
    total = adds_up(rows)
    single = [row for row in rows if not row.is_sum and row is not total]
    found = [
        *rate(single, load),
        *audit_rows(single, load),
        *errors(single),
        *(one for row in rows if row.is_sum or row is total for one in _itself(row)),
        *(sums(rows) if whole else ()),
        *equal_columns(single),
        *plateau(single),
        *equal_values(single),
    ]
    return tuple(replace(one, file=one.file or file) for one in found)


def audit_rows(rows: Sequence[ResultRow], load: OfferedLoad | None = None) -> Iterator[Finding]:
    """Findings about single rows, and about columns of placeholders."""
    for row in rows:
        yield from little(row, load)
        yield from _itself(row)
        if load is not None:
            yield from schedule_ceiling(row, load)
    yield from zero(rows)


def _itself(row: ResultRow) -> Iterator[Finding]:
    yield from percentile_order(row)
    yield from mean_outside_percentiles(row)
    yield from row_counts(row)


def audit_published(table: PublishedTable) -> tuple[Finding, ...]:
    """All findings about a published table."""
    rows = []
    for row in table.rows:
        counts = ResultRow(name=row.name, requests=row.requests, failures=row.failures)
        rows.append(replace(counts, rps=row.rps, percentiles={50.0: row.median_ms}))
    return audit_results(rows, table.file, table.load)
