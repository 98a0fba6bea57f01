"""Ranks of measured values. Values that cannot be told apart share a range of ranks."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from orchestrator.stats.interval import Interval

Ranks = dict[str, tuple[int, int]]
"""Name -> its best and its worst possible rank. Names that are not ranked are left out."""


def ranks(
    known: Mapping[str, Interval], ranked: Collection[str], *, least_first: bool = False
) -> Ranks:
    """The ranks of the names in ``ranked``. Rank 1 is the highest value, or with ``least_first``
    the lowest.

    Two values differ if their intervals do not overlap: from three repeats on the intervals are
    the ranges of the repeats, with fewer they have a margin.
    """
    found = {}
    for name in ranked:
        mine = known[name]
        others = [known[other] for other in ranked]
        above = sum(other.above(mine) for other in others)
        below = sum(mine.above(other) for other in others)
        before, after = (below, above) if least_first else (above, below)
        found[name] = (1 + before, len(ranked) - after)
    return found
