"""A cell of a table as a number: thousands separators, units, marks that people put around it."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Marks around a number: "at least", bold, footnotes; and what stands for "nothing" in tables.
_MARKS = re.compile(r"^[\s*_`~≥≤><≈±$]+|[\s*_`†‡]+$")
_NUMBER = re.compile(
    r"([+-]?(?:\d{1,3}(?:[,' \u00a0\u202f]\d{3})+|\d+)?(?:\.\d+)?(?:e[+-]?\d+)?)(.*)", re.IGNORECASE
)
_OF_WHAT = re.compile(r"\s*(?:req|reqs|requests|responses)?\s*(?:/\s*s(?:ec)?)?$")
_UNITS_MS = {
    "ns": 1e-6,
    "us": 1e-3,
    "µs": 1e-3,
    "μs": 1e-3,
    "ms": 1.0,
    "s": 1e3,
    "sec": 1e3,
    "m": 6e4,
}
_SCALES = {"": 1.0, "%": 1.0, "k": 1e3, "m": 1e6, "x": 1.0}
_SIZES = {"b": 1.0, "kb": 1e3, "mb": 1e6, "gb": 1e9, "kib": 2**10, "mib": 2**20, "gib": 2**30}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A number and the unit behind it, in lower case; ``""`` where there is none."""

    number: float
    unit: str


def cell(text: str) -> Cell | None:
    """The number in a cell; None where there is none (``-``, ``N/A``, empty, words)."""
    match = _NUMBER.fullmatch(_MARKS.sub("", text.replace("\N{MINUS SIGN}", "-")))
    if match is None or not any(character.isdigit() for character in match[1]):
        return None
    unit = _OF_WHAT.sub("", match[2].strip().lower())
    if unit not in {*_UNITS_MS, *_SCALES, *_SIZES}:
        return None  # a version, a date, a name that begins with a digit
    return Cell(number=float(re.sub(r"[,' \u00a0\u202f]", "", match[1])), unit=unit)


def count(found: Cell) -> float:
    """A count, a rate or a share; ``12k`` is 12,000."""
    return found.number * _SCALES.get(found.unit, 1.0)


def milliseconds(found: Cell, column_unit: str | None) -> float:
    """A time; the cell's own unit counts before that of its column."""
    return found.number * _UNITS_MS.get(found.unit or column_unit or "ms", 1.0)


def is_time(unit: str) -> bool:
    """Whether it is a unit of time."""
    return unit in _UNITS_MS


def size(found: Cell) -> float:
    """A size in bytes where the cell has a unit, else the number as it is."""
    return found.number * _SIZES.get(found.unit, 1.0)
