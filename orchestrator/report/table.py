"""Tables of values, and their form as text, Markdown, CSV and JSON."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.json_text import indented
from orchestrator.report.column import AtLeast, Column, R, Show, Span, Value

MISSING = "-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell: its value, and the text for people."""

    value: Value
    text: str

    @property
    def plain(self) -> str | float | int | None:
        """The value for programs."""
        return _plain(self.value)

    @property
    def sort(self) -> str:
        """The text by which the page sorts; empty if the value was not measured."""
        if self.value is None or self.value == MISSING:
            return ""
        if isinstance(self.value, Span):
            return repr(self.value.low)
        return repr(self.value.value) if isinstance(self.value, AtLeast) else str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row's cells, one for each column. The first is the row's name.

    ``note`` says why other cells are missing ("failed in verify"). People see it in the first
    missing cell; programs find it in a separate column.
    """

    cells: tuple[Cell, ...]
    note: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table. ``name``: the name of its files. The first column names the rows."""

    name: str
    title: str
    columns: tuple[Column[Any], ...]
    rows: tuple[Row, ...]

    @property
    def titles(self) -> tuple[str, ...]:
        """The columns' titles."""
        return tuple(column.title for column in self.columns)

    @property
    def headings(self) -> tuple[tuple[str, bool], ...]:
        """The columns' titles, and whether a column is aligned to the left (names and text)."""
        return tuple((column.title, not n or column.words) for n, column in enumerate(self.columns))

    @property
    def shown(self) -> tuple[tuple[str, ...], ...]:
        """The rows as text for people."""
        return tuple(tuple(cell.text for cell in row.cells) for row in self.rows)


def no_note(_: object) -> None:
    """For tables without notes."""


def make_table(
    *,
    name: str,
    title: str,
    columns: Sequence[Column[R]],
    rows: Iterable[R],
    note: Callable[[R], str | None] = no_note,
) -> Table:
    """Make a table: each column's ``value`` gives a cell for each row.

    Args:
        rows: the objects behind the rows.
        note: gives a row's `Row.note`.
    """
    return Table(
        name=name,
        title=title,
        columns=tuple(columns),
        rows=tuple(_row(columns, one, note(one)) for one in rows),
    )


def markdown(table: Table) -> str:
    """The table as Markdown. Text from outside cannot break out of its cell."""
    lines = [f"| {' | '.join(table.titles)} |"]
    lines.append("|" + "".join("---|" if left else "---:|" for _, left in table.headings))
    lines += [f"| {' | '.join(one_line(text) for text in row)} |" for row in table.shown]
    return "\n".join(lines) + "\n"


def csv_text(table: Table) -> str:
    """The table as CSV, with plain numbers: no units, no thousands separators."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(column.key for column in table.columns), "note"])
    writer.writerows([*(cell.plain for cell in row.cells), row.note] for row in table.rows)
    return out.getvalue()


def json_text(table: Table) -> str:
    """The table as JSON: a list of objects, with null for values that were not measured."""
    keys = [column.key for column in table.columns]
    rows = [
        {**dict(zip(keys, (cell.plain for cell in row.cells), strict=True)), "note": row.note}
        for row in table.rows
    ]
    document = {"name": table.name, "title": table.title, "rows": rows}
    return indented(document)


MARKUP = str.maketrans(
    {"\\": "\\\\", "|": "\\|", "`": "\\`", "*": "\\*", "[": "\\[", "<": "&lt;", "&": "&amp;"}
)


def one_line(text: str) -> str:
    """Text from outside as Markdown in one line, with markup escaped."""
    return " ".join(text.splitlines()).translate(MARKUP)


def code(text: str) -> str:
    """Text from outside as code within a line of Markdown."""
    return f"`{' '.join(text.splitlines()).replace('`', chr(39))}`"


def fenced(text: str) -> str:
    """Text from outside as a block of code in Markdown."""
    ticks = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, ticks + 1)
    return f"{fence}text\n{text}\n{fence}\n"


def _row(columns: Sequence[Column[R]], made_of: R, note: str | None) -> Row:
    values = [column.value(made_of) for column in columns]
    texts = [_text(value, column.show) for column, value in zip(columns, values, strict=True)]
    if note is not None and MISSING in texts:
        texts[texts.index(MISSING)] = note
    cells = (Cell(value=value, text=text) for value, text in zip(values, texts, strict=True))
    return Row(cells=tuple(cells), note=note)


def _text(value: Value, show: Show) -> str:
    if value is None:
        return MISSING
    if isinstance(value, AtLeast):
        return f"≥ {show(value.value)}"
    if isinstance(value, Span):
        return f"{show(value.low)}-{show(value.high)}"
    return value if isinstance(value, str) else show(value)


def _plain(value: Value) -> str | float | int | None:
    if isinstance(value, Span):
        return f"{_plain(value.low)}..{_plain(value.high)}"
    number = value.value if isinstance(value, AtLeast) else value
    # A whole number is shown as one: the median of counts is usually a count.
    return int(number) if isinstance(number, float) and number.is_integer() else number
