"""The table of a CSV file: a header and rows."""

from __future__ import annotations

import csv
import io

from orchestrator.audit.tables import TextTable
from orchestrator.errors import UsageError


def csv_table(text: str, where: str) -> TextTable:
    """Its table.

    Raises:
        UsageError: no CSV, no row, or a row of another length than the header; names the line.
    """
    header, rows = csv_rows(text, where)
    return TextTable(title="", header=header, rows=tuple(rows))


def csv_rows(text: str, where: str) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """Header and rows; empty lines are left out. Raises as ``csv_table``."""
    reader = csv.reader(
        io.StringIO(text.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")), strict=True
    )
    rows: list[tuple[str, ...]] = []
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append(tuple(row))
                if len(row) != len(rows[0]):
                    raise UsageError(
                        f"{where}:{reader.line_num}: {len(row)} cells where the header has "
                        f"{len(rows[0])}"
                    )
    except csv.Error as error:
        raise UsageError(f"{where}:{reader.line_num}: not CSV: {error}") from error
    if not rows:
        raise UsageError(f"{where}: empty; expected a CSV table with a header")
    return rows[0], rows[1:]
