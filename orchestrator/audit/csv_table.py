"""The table of a CSV file: a header and rows, whatever stands in front of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from orchestrator.audit.cells import Decimal
from orchestrator.audit.tables import TextTable, is_header
from orchestrator.errors import CutOff, UsageError
from orchestrator.model.finding import Unread

Row = tuple[str, ...]
SNIFFED = 20
"""In so many lines a separator is seen more often than a decimal mark."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CsvRows:
    """``decimal``: what separates decimals where no cell shows it. Semicolons are what programs
    write where it is a comma, but others write them, too."""

    header: Row
    rows: tuple[Row, ...]
    unread: tuple[Unread, ...]
    decimal: Decimal


def csv_table(text: str, where: str) -> TextTable:
    """Its table: the header is the first line that names a result, or else the first.

    Raises:
        UsageError: no CSV, or empty; names the line.
    """
    found = csv_rows(text, where, is_header)
    return TextTable(
        title="",
        header=found.header,
        rows=found.rows,
        unread=found.unread,
        decimal=found.decimal,
    )


def csv_rows(text: str, where: str, is_header: Callable[[Row], bool]) -> CsvRows:
    """Header and rows; empty lines and headers that come again are left out.

    A line in front of the header or with more or fewer cells than the header is not read.

    Raises:
        UsageError: no CSV, or empty; names the line.
        CutOff: it ends between quotes.
    """
    delimiter = max(",;\t", key="\n".join(text.splitlines()[:SNIFFED]).count)
    lines = list(_lines(text, where, delimiter))
    if not lines:
        raise UsageError(f"{where}: empty; expected a CSV table with a header")
    begin = next((i for i, (_, row) in enumerate(lines) if is_header(row)), 0)
    header = lines[begin][1]
    rows = [(number, row) for number, row in lines[begin + 1 :] if row != header]
    unread = [
        Unread(where=f"line {number}", what=delimiter.join(row), reason="it is before the header")
        for number, row in lines[:begin]
    ]
    for number, row in rows:
        if len(row) != len(header):
            reason = f"{len(row)} cells where the header has {len(header)}"
            cut = number == lines[-1][0] and len(row) < len(header) and text[-1] not in "\r\n"
            unread.append(
                Unread(
                    where=f"line {number}",
                    what=delimiter.join(row),
                    reason=reason + (", and the file ends there: cut off?" if cut else ""),
                    cut_off=cut,
                )
            )
    return CsvRows(
        header=header,
        rows=tuple(row for _, row in rows if len(row) == len(header)),
        unread=tuple(unread),
        decimal="?" if delimiter == ";" else ".",
    )


def _lines(text: str, where: str, delimiter: str) -> Iterator[tuple[int, Row]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, tuple(row)
    except csv.Error as error:
        ended = "unexpected end" in str(error)
        kind = CutOff if ended else UsageError
        raise kind(f"{where}:{reader.line_num}: not CSV: {error}") from error
