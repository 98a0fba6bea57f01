"""Ranks of measured values. Values that cannot be told apart share a range of ranks."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from orchestrator.stats.interval import Interval

Ranks = dict[str, tuple[int, int]]
"""Name -> its best and its worst possible rank. Names that are not ranked are left out."""


def places(names: Collection[str], before: Callable[[str, str], bool]) -> Ranks:
    """The ranks that follow from certain comparisons.

    Args:
        before: whether the first name certainly comes before the second.
    """
    return {
        name: (
            1 + sum(before(other, name) for other in names if other != name),
            len(names) - sum(before(name, other) for other in names if other != name),
        )
        for name in names
    }


def ranks(
    known: Mapping[str, Interval], ranked: Collection[str], *, least_first: bool = False
) -> Ranks:
    """The ranks of the names in ``ranked``. Rank 1 is the highest value, or with ``least_first``
    the lowest.

    Two values differ if their intervals do not overlap. Those of `stats.tukey` do so by chance in
    at most 5 of 100 cases, for all pairs together.
    """

    def before(one: str, other: str) -> bool:
        first, second = (other, one) if least_first else (one, other)
        return known[first].above(known[second])

    return places(ranked, before)
