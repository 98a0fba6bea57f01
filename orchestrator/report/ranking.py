"""A ranking: the frameworks of a workload in the order of their ranks, and its table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.report.column import Column, Value, framework, span
from orchestrator.report.group import Group
from orchestrator.report.table import Table, make_table


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One framework's row in a ranking.

    ``rank``: the best and the worst one that it may have; None where it has none.
    ``limited_by``: what limited what the row is about. ``note``: why numbers are missing.
    """

    group: Group
    rank: tuple[int, int] | None
    limited_by: str | None
    note: str | None

    @property
    def ranked(self) -> bool:
        """Whether it has a rank at all."""
        return self.rank is not None


def of_group(of: Callable[[Group], Value]) -> Callable[[Place], Value]:
    """For a column of what is known of a group, whatever its place."""
    return lambda place: of(place.group)


PLACE: tuple[Column[Place], ...] = (
    framework(lambda place: place.group.name),
    Column("rank", "Rank", lambda place: span(place.rank or ())),
)
"""What every ranking begins with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A workload's frameworks in the order of their ranks, those without one last.

    ``text`` tells a person how to read it.
    """

    name: str
    title: str
    text: str
    columns: tuple[Column[Place], ...]
    places: tuple[Place, ...]

    @property
    def table(self) -> Table:
        """The same as a table."""
        return make_table(
            name=self.name,
            title=self.title,
            columns=self.columns,
            rows=self.places,
            note=lambda place: place.note,
        )
