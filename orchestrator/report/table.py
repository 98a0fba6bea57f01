"""A table of finished text, its cells, and the table as Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MISSING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, the column names and rows of finished text; the first column is left-aligned.

    ``name`` is what its file is called.
    """

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def markdown(table: Table) -> str:
    """A Markdown table; what came from outside cannot break out of its cell."""
    lines = [f"| {' | '.join(table.columns)} |"]
    lines.append("|---|" + "---:|" * (len(table.columns) - 1))
    lines += [f"| {' | '.join(one_line(text) for text in row)} |" for row in table.rows]
    return "\n".join(lines) + "\n"


def csv_text(table: Table) -> str:
    """The same table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return out.getvalue()


def one_line(text: str) -> str:
    """Text from outside as Markdown that stays in its line and cell, and brings no HTML."""
    text = " ".join(text.splitlines())
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def three_digits(values: Sequence[float | None]) -> str:
    """The median of what is known, in three digits, whole from 100 on."""
    known = [value for value in values if value is not None]
    if not known:
        return MISSING
    middle = median(known)
    return f"{middle:,.0f}" if middle >= 100 else f"{middle:.3g}"


def whole(values: Sequence[float | None]) -> str:
    """The median of what is known, as a whole number."""
    known = [value for value in values if value is not None]
    return f"{median(known):,.0f}" if known else MISSING
