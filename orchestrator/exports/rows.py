"""What every format needs of a record: the rows that have values, and one name for each."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.json_text import indented
from orchestrator.model.comparable import Comparable, ComparableRow
from orchestrator.words import finite


def exportable(comparable: Comparable) -> tuple[ComparableRow, ...]:
    """The rows with at least one value; a row with a value of 0 or less, or NaN, is left out.

    All formats summarize values by logarithms, or refuse what is not above 0 (pyperf).
    """
    return tuple(
        row
        for row in comparable.rows
        if row.values and all(finite(value) and value > 0 for value in row.values)
    )


def named(row: ComparableRow) -> str:
    """Names a row in every record alike, such as ``flask/json/cpu-time``."""
    return f"{row.service}/{row.workload}/{row.quantity.name}"


def of_quantity(comparable: Comparable, quantity: str | None) -> Comparable:
    """The record with the rows of this quantity alone; None keeps all."""
    rows = (row for row in comparable.rows if quantity in (None, row.quantity.name))
    return replace(comparable, rows=tuple(rows))


def as_text(document: object) -> str:
    """The document as indented JSON with a line break at its end."""
    return indented(document)
