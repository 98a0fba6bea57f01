"""Reads the table of a CSV file: a header and rows. Other lines may stand before the header."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from orchestrator.audit.tables import TextTable, is_header
from orchestrator.errors import CutOff, UsageError
from orchestrator.model.finding import Unread

SNIFFED = 20
"""Lines to look at: in so many, the separator is more frequent than a decimal mark."""


def csv_table(text: str, where: str) -> TextTable:
    """The table in a CSV text. Its header is the first line that names a result, else the first.

    Empty lines and repeated headers are left out. Lines before the header, and lines with more or
    fewer cells than the header, are not read. Programs often separate by semicolons where decimals
    have a comma, but not always; so semicolons leave the decimal mark open.

    Raises:
        UsageError: the text is not CSV, or is empty; names the line.
        CutOff: the text ends between quotes.
    """
    delimiter = max(",;\t", key="\n".join(text.splitlines()[:SNIFFED]).count)
    lines = list(_lines(text, where, delimiter))
    if not lines:
        raise UsageError(f"{where}: the file is empty; expected a CSV table with a header")
    begin = next((i for i, (_, row) in enumerate(lines) if is_header(row)), 0)
    header, rows = lines[begin][1], []
    unread = [
        Unread(where=f"line {number}", what=delimiter.join(row), reason="before the header")
        for number, row in lines[:begin]
    ]
    for number, row in lines[begin + 1 :]:
        if len(row) == len(header):
            rows.append(row)
            continue
        reason = f"{len(row)} cells where the header has {len(header)}"
        cut = number == lines[-1][0] and len(row) < len(header) and text[-1] != "\n"
        reason += ", and the file ends there: was it cut off?" if cut else ""
        what = delimiter.join(row)
        unread.append(Unread(where=f"line {number}", what=what, reason=reason, cut_off=cut))
    return TextTable(
        title="",
        header=header,
        rows=tuple(row for row in rows if row != header),
        unread=tuple(unread),
        whole=len(unread) == begin,
        decimal="?" if delimiter == ";" else ".",
    )


def _lines(text: str, where: str, delimiter: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if any(cell.strip() for cell in row):
                yield reader.line_num, tuple(cell.strip() for cell in row)
    except csv.Error as error:
        kind = CutOff if "unexpected end" in str(error) else UsageError
        raise kind(f"{where}:{reader.line_num}: not CSV: {error}") from error
