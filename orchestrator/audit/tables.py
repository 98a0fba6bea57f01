"""A table of text becomes rows of results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.audit import columns
from orchestrator.audit.cells import Cell, cell, count, milliseconds, size
from orchestrator.audit.columns import Column
from orchestrator.audit.row import ResultRow

_COUNTS = ("requests", "failures", "rps", "goodput_rps", "users")
_LATENCIES = ("min_ms", "mean_ms", "max_ms")
_RESULTS = {"rps", "goodput_rps", "requests", *_LATENCIES, columns.PERCENTILE}


@dataclass(frozen=True, slots=True, kw_only=True)
class TextTable:
    """A table as it stands in a file; ``title``: the heading above it, or empty."""

    title: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def result_rows(table: TextTable, title: str = "") -> tuple[ResultRow, ...]:
    """Its rows; empty where the table is of something else than results.

    Args:
        title: the table's, for a file with several.
    """
    known = _columns(table.header)
    found = [(index, one) for index, one in known.items() if one.meaning in _RESULTS]
    if not found:
        return ()
    rows = [_row(table.header, known, cells, title) for cells in table.rows]
    return tuple(row for row in rows if row is not None)


def _columns(header: Sequence[str]) -> dict[int, Column]:
    """The columns that are understood; of two with one meaning the first counts."""
    found: dict[int, Column] = {}
    for index, title in enumerate(header):
        one = columns.column(title)
        same = one and any(
            (one.meaning, one.percent) == (other.meaning, other.percent)
            for other in found.values()
            if other.meaning != columns.USED
        )
        if one is not None and not same:
            found[index] = one
    return found


def _row(
    header: Sequence[str], known: Mapping[int, Column], cells: Sequence[str], title: str
) -> ResultRow | None:
    named = next((i for i, one in known.items() if one.meaning == columns.NAME), 0)
    numbers = {i: found for i in known if i != named and (found := cell(cells[i])) is not None}
    if not any(known[i].meaning in _RESULTS for i in numbers):
        return None  # a framework that could not be measured
    fields: dict[str, Any] = {"percentiles": {}, "used": {}, "known_unit": True}
    for index, found in numbers.items():
        _put(fields, known[index], found)
    for index, one in known.items():
        if one.meaning in (columns.LIMIT, columns.PATH) and cells[index].strip():
            fields[one.meaning] = cells[index].strip()
    if "goodput_rps" in fields and "rps" in fields:  # asked for at a constant rate, and answered
        fields["offered_rps"], fields["rps"] = fields.pop("rps"), fields.pop("goodput_rps")
    name = " ".join(cells[named].replace("*", "").split()) or "(no name)"
    if "load" in (lowered := [one.strip().lower() for one in header]):
        name = f"{name} at {cells[lowered.index('load')].strip()}"
    return ResultRow(name=name, table=title, **fields)


def _put(fields: dict[str, Any], one: Column, found: Cell) -> None:
    if one.meaning in _COUNTS:
        fields[one.meaning] = count(found)
    elif one.meaning == "duration_s":
        fields["duration_s"] = milliseconds(found, one.unit or "s") / 1000
    elif one.meaning == "body_bytes":
        fields["body_bytes"] = size(found)
    elif one.meaning == columns.USED:
        fields["used"][one.title] = count(found)
    elif one.meaning in _LATENCIES or one.meaning == columns.PERCENTILE:
        ms = milliseconds(found, one.unit)
        fields["known_unit"] = fields["known_unit"] and bool(one.unit or found.unit)
        if one.meaning == columns.PERCENTILE:
            fields["percentiles"][one.percent] = ms
        else:
            fields[one.meaning] = ms
