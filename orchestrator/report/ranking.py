"""A ranking: a workload's frameworks in the order of their ranks, and the table of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.report.column import Column, Value, framework, span
from orchestrator.report.group import Group
from orchestrator.report.table import Table, make_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One framework's row in a ranking.

    ``rank``: the best and the worst possible rank; None without a rank. ``limited_by``: what
    limited the row's numbers. ``note``: why numbers are missing.
    """

    group: Group
    rank: tuple[int, int] | None
    limited_by: str | None
    note: str | None

    @property
    def ranked(self) -> bool:
        """Whether it has a rank."""
        return self.rank is not None


def of_group(of: Callable[[Group], Value]) -> Callable[[Place], Value]:
    """For a column whose value depends only on the group, not on its rank."""
    return lambda place: of(place.group)


PLACE: tuple[Column[Place], ...] = (
    framework(lambda place: place.group.name),
    Column("rank", "Rank", lambda place: span(place.rank or ())),
)
"""The first columns of every ranking."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A workload's frameworks in the order of their ranks; those without a rank come last.

    ``text`` explains to people how to read it.
    """

    name: str
    title: str
    text: str
    columns: tuple[Column[Place], ...]
    places: tuple[Place, ...]

    @property
    def table(self) -> Table:
        """The ranking as a table."""
        return make_table(
            name=self.name,
            title=self.title,
            columns=self.columns,
            rows=self.places,
            note=lambda place: place.note,
        )
