"""A table of values, and the same table as text, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

import msgspec

MISSING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """A number that is a lower bound: people read "≥", programs the number."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From ``low`` to ``high``: people read "2-4", programs "2..4", which is no date."""

    low: float
    high: float


Value = str | float | int | AtLeast | Span | None
"""What a cell holds; None: not measured."""
Show = Callable[[float], str]
"""How a number looks to a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """``key`` is its name for programs, with the unit; ``title`` the one that people read.

    ``words``: it holds text, which stands at the left, where numbers stand at the right.
    """

    key: str
    title: str
    show: Show = "{:,}".format
    words: bool = False


FRAMEWORK = Column(key="framework", title="Framework")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row's cells, one for each column; the first names it.

    ``note`` says why the rest is missing ("failed in verify"). People read it in the first missing
    cell, programs in a column of its own.
    """

    cells: tuple[Value, ...]
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """``name`` is what its files are called; the first column names the rows."""

    name: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns' titles."""
        return tuple(column.title for column in self.columns)

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows as people read them."""
        return tuple(_shown(self.columns, row) for row in self.rows)


def markdown(table: Table) -> str:
    """A Markdown table; what came from outside cannot break out of its cell."""
    lines = [f"| {' | '.join(table.titles)} |"]
    lines.append("|---|" + "".join("---|" if c.words else "---:|" for c in table.columns[1:]))
    lines += [f"| {' | '.join(one_line(text) for text in row)} |" for row in table.shown]
    return "\n".join(lines) + "\n"


def csv_text(table: Table) -> str:
    """The same table as CSV: numbers as they are, without units and thousands separators."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(column.key for column in table.columns), "note"])
    writer.writerows([*map(_plain, row.cells), row.note] for row in table.rows)
    return out.getvalue()


def json_text(table: Table) -> str:
    """The same table as JSON: a list of objects, null where nothing was measured."""
    rows = [
        {
            **{
                column.key: _plain(cell)
                for column, cell in zip(table.columns, row.cells, strict=True)
            },
            "note": row.note,
        }
        for row in table.rows
    ]
    document = {"name": table.name, "title": table.title, "rows": rows}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


MARKUP = str.maketrans(
    {"\\": "\\\\", "|": "\\|", "`": "\\`", "*": "\\*", "[": "\\[", "<": "&lt;", "&": "&amp;"}
)


def one_line(text: str) -> str:
    """Text from outside as Markdown that stays in its line and cell, and brings no markup."""
    return " ".join(text.splitlines()).translate(MARKUP)


def code(text: str) -> str:
    """Text from outside as code in a line of Markdown."""
    return f"`{' '.join(text.splitlines()).replace('`', chr(39))}`"


def middle(values: Sequence[float | None]) -> float | None:
    """The median of what is known."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def span(values: Sequence[float | None]) -> Value:
    """What is known, from the least to the most: one number where they are the same."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    return low if low == high else Span(low=low, high=high)


def three_digits(value: float) -> str:
    """In three digits, whole from 100 on."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:#.3g}"


def whole(value: float) -> str:
    """As a whole number."""
    return f"{value:,.0f}"


def hundredths(value: float) -> str:
    """With two decimals."""
    return f"{value:,.2f}"


def percent(value: float) -> str:
    """A share as a whole percentage."""
    return f"{value:.0%}"


def _shown(columns: Sequence[Column], row: Row) -> tuple[str, ...]:
    cells = [_text(column, cell) for column, cell in zip(columns, row.cells, strict=True)]
    if row.note is not None and MISSING in cells:
        cells[cells.index(MISSING)] = row.note
    return tuple(cells)


def _text(column: Column, cell: Value) -> str:
    if cell is None:
        return MISSING
    if isinstance(cell, AtLeast):
        return f"≥ {column.show(cell.value)}"
    if isinstance(cell, Span):
        return f"{column.show(cell.low)}-{column.show(cell.high)}"
    return cell if isinstance(cell, str) else column.show(cell)


def _plain(cell: Value) -> str | float | int | None:
    if isinstance(cell, Span):
        return f"{_plain(cell.low)}..{_plain(cell.high)}"
    value = cell.value if isinstance(cell, AtLeast) else cell
    # The median of counts is mostly a count again.
    return int(value) if isinstance(value, float) and value.is_integer() else value
