"""A column of a table, and the kinds of values in its cells."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from statistics import median
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """A lower bound. People see it with "≥", programs as a number."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A range. People see it as "2-4", programs as "2..4", which no program takes for a date."""

    low: float
    high: float


R = TypeVar("R")
"""The object behind a row: a group of repeats, a trial, a claim."""
Value = str | float | int | AtLeast | Span | None
"""The value of a cell; None if it was not measured."""
Show = Callable[[float], str]
"""Formats a number for people."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column. To add one to a table, add one of these to the table's sequence.

    ``key``: its name for programs, with the unit. ``title``: its name for people. ``value``: gives
    the cell for the object behind a row. ``show``: formats numbers. ``words``: the column has text,
    so it is aligned to the left. ``wide``: a narrow screen hides it, but the row's details show it.
    """

    key: str
    title: str
    value: Callable[[R], Value]
    _: KW_ONLY
    show: Show = "{:,}".format
    words: bool = False
    wide: bool = False


def framework(name: Callable[[R], str]) -> Column[R]:
    """The column with the framework's name, which is the first in most tables."""
    return Column("framework", "Framework", name)


def known_median(values: Sequence[float | None]) -> float | None:
    """The median of the known values; None if there are none."""
    known = [value for value in values if value is not None]
    return median(known) if known else None


def span(values: Sequence[float | None]) -> Value:
    """The range of the known values, or one number if all are the same."""
    known = [value for value in values if value is not None]
    if not known:
        return None
    low, high = min(known), max(known)
    return low if low == high else Span(low=low, high=high)


def three_digits(value: float) -> str:
    """With three significant digits; as a whole number from 100 on."""
    return f"{value:,.0f}" if value >= 99.95 else f"{value:#.3g}"


def whole(value: float) -> str:
    """As a whole number."""
    return f"{value:,.0f}"


def hundredths(value: float) -> str:
    """With two decimals."""
    return f"{value:,.2f}"


def times(value: float) -> str:
    """A multiple of something, with three decimals below ten."""
    return f"{value:.3f}" if value < 10 else f"{value:.2f}"


def percent(value: float) -> str:
    """A share as a whole percentage."""
    return f"{value:.0%}"
