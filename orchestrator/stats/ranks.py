"""Ranks that say no more than was measured: who is not told apart shares a range of ranks."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from orchestrator.stats.interval import Interval

Ranks = dict[str, tuple[int, int]]
"""By name: the best and the worst rank that it may have; none where it is not ranked."""


def ranks(
    known: Mapping[str, Interval], ranked: Collection[str], *, least_first: bool = False
) -> Ranks:
    """The ranks of the names in ``ranked``, the highest value first unless ``least_first``.

    Two are told apart by their intervals: from three repeats on if their ranges do not overlap,
    with fewer by a margin.
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
