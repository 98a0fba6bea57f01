"""A column of a table, and what its cells may hold."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from statistics import median
from typing import Generic, TypeVar


@dataclass(frozen=True, slots=True, kw_only=True)
class AtLeast:
    """A number that is a lower bound: people read "≥", programs the number."""

    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From ``low`` to ``high``: people read "2-4", programs "2..4", which is no date."""

    low: float
    high: float


R = TypeVar("R")
"""What a row is made of: a group of repeats, a trial, a claim."""
Value = str | float | int | AtLeast | Span | None
"""What a cell holds; None: not measured."""
Show = Callable[[float], str]
"""How a number looks to a person."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """All that is known of a column: a new one is one of these in its table's sequence.

    ``key`` is its name for programs, with the unit; ``title`` the one that people read. ``value``
    takes its cell out of what a row is made of.
    ``words``: it holds text, which is aligned to the left, where numbers are aligned to the right.
    ``wide``: a narrow screen hides it; the row's details have it.
    """

    key: str
    title: str
    value: Callable[[R], Value]
    _: KW_ONLY
    show: Show = "{:,}".format
    words: bool = False
    wide: bool = False


def framework(name: Callable[[R], str]) -> Column[R]:
    """The column that names the rows of most tables."""
    return Column("framework", "Framework", name)


def known_median(values: Sequence[float | None]) -> float | None:
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
