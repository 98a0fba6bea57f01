"""Turns a table of text into rows of results, and says what could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.audit import columns
from orchestrator.audit.cells import Decimal, Dimension, Number, decimal_marks, number
from orchestrator.audit.columns import Column
from orchestrator.audit.row import ResultRow
from orchestrator.model.finding import Unread

_LATENCIES = ("min_ms", "mean_ms", "max_ms", columns.PERCENTILE)
_RESULTS = {"rps", "goodput_rps", "requests", *_LATENCIES}
_WORDS = (columns.NAME, columns.LIMIT, columns.PATH, columns.METHOD, columns.LOAD)

Cells = Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table as it stands in a file.

    ``title``: the heading above it, or empty. ``unread``: lines and cells that are in no row.
    ``whole``: whether all rows were read. ``decimal``: the hint for ``decimal_marks``.
    """

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    unread: tuple[Unread, ...] = ()
    whole: bool = True
    decimal: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What the audit understood of a table.

    ``sets``: rows that can be compared with each other; several sets if the table has several
    columns with one meaning (``Speed (64)``). ``columns``: titles that were understood. ``others``:
    columns and tables that were not. ``unread``: cells and lines. ``whole``: whether all rows were
    read.
    """

    sets: tuple[tuple[ResultRow, ...], ...]
    columns: tuple[str, ...]
    others: tuple[Unread, ...]
    unread: tuple[Unread, ...]
    whole: bool = True


def is_header(cells: Cells) -> bool:
    """Whether these cells are the titles of a table of results."""
    known = (columns.column(cell) for cell in cells)
    return len(cells) > 1 and any(one is not None and one.meaning in _RESULTS for one in known)


def results(table: TextTable, title: str = "") -> Results:
    """The results in a table; they have no rows if the table is about something else.

    Args:
        title: the table's title, in a file with several tables.
    """
    if not is_header(table.header):
        other = Unread(
            where=_named(table),
            what=", ".join(table.header),
            reason="it has no column of results, such as requests, requests/s, p50 (ms)",
        )
        return Results(sets=(), columns=(), others=(other,), unread=table.unread)
    known, others = _columns(table.header)
    numbers = {index: one for index, one in known.items() if one.meaning not in _WORDS}
    cells = [(one.dimension, [row[i] for row in table.rows]) for i, one in numbers.items()]
    decimals = dict(zip(numbers, decimal_marks(cells, table.decimal), strict=True))
    variants = dict.fromkeys(one.variant for one in known.values() if one.variant)
    sets, unread, whole = [], list(table.unread), table.whole
    for variant in variants or ("",):
        chosen = {i: one for i, one in known.items() if one.variant in ("", variant)}
        label = " ".join(filter(None, (title, variant)))
        rows = [_row(chosen, decimals, cells, label, n) for n, cells in enumerate(table.rows, 1)]
        sets.append(tuple(row for row, _ in rows if row is not None))
        unread += [one for _, wrong in rows for one in wrong]
        whole = whole and all(row is not None or not wrong for row, wrong in rows)
    if not any(sets):
        reason = "no row has a number of requests, a rate, or a latency with a unit"
        others.append(Unread(where=_named(table), reason=reason))
    return Results(
        sets=tuple(rows for rows in sets if rows),
        columns=tuple(one.title for one in known.values()),
        others=tuple(others),
        unread=tuple(dict.fromkeys(unread)),
        whole=whole,
    )


def _named(table: TextTable) -> str:
    return f"table {table.title!r}" if table.title else "the table"


def _columns(header: Cells) -> tuple[dict[int, Column], list[Unread]]:
    """The columns that are understood, by index, and the others.

    If two columns have one meaning, the first with a plain title is read.
    """
    found: dict[int, Column] = {}
    taken: dict[tuple[object, ...], str] = {}
    unread: list[Unread] = []
    named = [(index, columns.column(title)) for index, title in enumerate(header)]
    if named[0][1] is None and not any(one and one.meaning == columns.NAME for _, one in named):
        named[0] = 0, Column(title=header[0], meaning=columns.NAME)
    for index, one in sorted(named, key=lambda pair: pair[1] is not None and pair[1].vague):
        where = f"column {header[index] or index + 1}"
        if one is None:
            reason = "the audit does not know this title"
            unread += [Unread(where=where, reason=reason)] if index or header[index] else []
            continue
        key = (one.meaning, one.percent, one.variant)
        if one.meaning != columns.USED and key in taken:
            reason = f"column {taken[key]} has the same meaning, and was read instead"
            unread.append(Unread(where=where, reason=reason))
            continue
        found[index] = one
        taken[key] = one.title
    return dict(sorted(found.items())), unread


def _row(
    known: Mapping[int, Column],
    decimals: Mapping[int, Decimal],
    cells: Cells,
    title: str,
    place: int,
) -> tuple[ResultRow | None, list[Unread]]:
    """A row, or None if it has no result (the framework could not be measured)."""
    words = {one.meaning: cells[i] for i, one in known.items() if one.meaning in _WORDS}
    name = words.get(columns.NAME) or words.get(columns.PATH) or f"row {place}"
    fields: dict[str, Any] = {"percentiles": {}, "used": {}, "known_unit": True}
    fields |= {key: words.get(key) or None for key in (columns.LIMIT, columns.PATH)}
    fields["method"] = words.get(columns.METHOD, "")
    unread, has_result = [], False
    for index, decimal in decimals.items():
        if (one := known.get(index)) is None:
            continue
        unit = one.unit or ("s" if one.meaning == "duration_s" else "")
        found = number(cells[index], one.dimension, decimal, unit)
        if isinstance(found, Number):
            certain = not one.vague or found.unit or one.dimension is Dimension.RATE
            has_result = has_result or (certain and one.meaning in _RESULTS)
            _put(fields, one, found)
        elif found is not None:
            where = f"{title and f'{title}, '}{name}, {one.title}"
            unread.append(Unread(where=where, what=cells[index], reason=found))
    if not has_result:
        return None, unread
    if "goodput_rps" in fields and "rps" in fields:  # a constant arrival rate, and the answers
        fields["offered_rps"], fields["rps"] = fields.pop("rps"), fields.pop("goodput_rps")
    if columns.LOAD in words:  # in this lab's open loop: a share of the rate at saturation
        name = f"{name} at {words[columns.LOAD]}"
    return ResultRow(name=name, table=title, **fields), unread


def _put(fields: dict[str, Any], one: Column, found: Number) -> None:
    if one.meaning in _LATENCIES:
        fields["known_unit"] = fields["known_unit"] and bool(one.unit or found.unit)
    if one.meaning == columns.USED:
        fields["used"][one.title] = found.value
    elif one.meaning == "duration_s":
        fields["duration_s"] = found.value / 1000
    elif one.meaning == columns.PERCENTILE:
        fields["percentiles"][one.percent] = found.value
    else:
        fields[one.meaning] = found.value
