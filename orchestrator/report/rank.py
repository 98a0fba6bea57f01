"""Ranks that say no more than was measured: who is not told apart shares a range of ranks."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from orchestrator.claims.evidence import Evidence
from orchestrator.report.group import Group
from orchestrator.report.table import Column, Row, Table, Value, span

Ranks = dict[str, tuple[int, int]]
"""By service: the best and the worst rank that it may have; none where it is not ranked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One framework's row in a ranking.

    ``ranked``: whether it has a rank at all. ``limited_by``: what limited what the row is about.
    """

    group: Group
    row: Row
    ranked: bool
    limited_by: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A workload's frameworks in the order of their ranks, those without one last.

    ``text`` tells a person how to read it.
    """

    name: str
    title: str
    text: str
    columns: tuple[Column, ...]
    places: tuple[Place, ...]

    @property
    def table(self) -> Table:
        """The same as a table."""
        rows = tuple(place.row for place in self.places)
        return Table(name=self.name, title=self.title, columns=self.columns, rows=rows)


def ranks(known: Evidence, ranked: Collection[str], *, least_first: bool = False) -> Ranks:
    """The ranks of the services in ``ranked``, the highest value first unless ``least_first``.

    Two are told apart as in a claim (`claims.interval`): from three repeats on if their ranges do
    not overlap, with fewer by a margin.
    """
    found = {}
    for service in ranked:
        mine = known[service]
        others = [known[other] for other in ranked]
        above = sum(other.above(mine) for other in others)
        below = sum(mine.above(other) for other in others)
        before, after = (below, above) if least_first else (above, below)
        found[service] = (1 + before, len(ranked) - after)
    return found


def shown_rank(rank: tuple[int, int] | None) -> Value:
    """One number, or from the best to the worst."""
    return span(rank or ())
