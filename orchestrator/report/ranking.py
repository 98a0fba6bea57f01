"""A ranking: a workload's frameworks in the order of their ranks, and the table of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.report.column import Column, Show, Value, framework, span
from orchestrator.report.group import Group
from orchestrator.report.table import Table, make_table
from orchestrator.stats.interval import Interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One framework's row in a ranking.

    ``rank``: the best and the worst possible rank; None without a rank. ``limited_by``: what
    limited the row's numbers. ``note``: why numbers are missing. ``interval``: of the value that
    ranks it; None if there is no such value.
    """

    group: Group
    rank: tuple[int, int] | None
    limited_by: str | None
    note: str | None
    interval: Interval | None = None

    @property
    def ranked(self) -> bool:
        """Whether it has a rank."""
        return self.rank is not None


def ends(key: str, show: Show) -> tuple[Column[Place], ...]:
    """Columns of an interval's ends. Rows with only a lower bound have none.

    Args:
        key: the name of the value for programs, with the unit.
    """

    def end(place: Place, of: Callable[[Interval], float]) -> Value:
        known = place.interval
        return None if known is None or known.at_least else of(known)

    return (
        Column(f"{key}_low", "Low", lambda p: end(p, lambda i: i.low), show=show, wide=True),
        Column(f"{key}_high", "High", lambda p: end(p, lambda i: i.high), show=show, wide=True),
    )


def tested(known: Mapping[str, Interval]) -> bool:
    """Whether the repeats show how much the values vary, so that intervals are worth showing."""
    return any(one.tested for one in known.values())


def answers_with(found: Iterable[Group]) -> tuple[Column[Place], ...]:
    """A column with what answers the workload; none where no service says it."""
    if not any(trial.server.uses for group in found for trial in group.trials):
        return ()
    return (Column("answers_with", "Answers with", of_group(_uses), words=True, wide=True),)


def _uses(group: Group) -> Value:
    return next((trial.server.uses for trial in group.trials if trial.server.uses), None)


def of_group(of: Callable[[Group], Value]) -> Callable[[Place], Value]:
    """For a column whose value depends only on the group, not on its rank."""
    return lambda place: of(place.group)


PLACE: tuple[Column[Place], ...] = (
    framework(lambda place: place.group.name),
    Column("rank", "Rank", lambda place: span(place.rank or ())),
)
"""The first columns of every ranking."""
INTERVALS = (
    "Low and High are the ends of an interval from all repeats of the table (Tukey's test): rows "
    "whose intervals overlap cannot be told apart, and share a range of ranks. If all frameworks "
    "were equal, about 5 of 100 runs would tell any two apart."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """A workload's frameworks in the order of their ranks; those without a rank come last.

    ``text`` explains to people how to read it. ``own_text``: the part of it about columns that only
    some workloads have, in parts.
    """

    name: str
    title: str
    text: str
    columns: tuple[Column[Place], ...]
    places: tuple[Place, ...]
    own_text: tuple[str, ...] = ()

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


def explained(rankings: Sequence[Ranking]) -> str:
    """What explains the rankings of all workloads, which mostly have the same columns."""
    first = rankings[0].text
    others = dict.fromkeys(part for one in rankings for part in one.own_text if part not in first)
    return " ".join((first, *others))
