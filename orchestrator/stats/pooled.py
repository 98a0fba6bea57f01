"""The spread of repeats, taken from all rows of a run together.

Two or three repeats of a row tell next to nothing about how much its values vary. All rows of a run
together tell it well, if the logarithms of all rows vary alike: the within-group variance of the
one-way analysis of variance (Montgomery, Design and Analysis of Experiments, 8th edition, 3.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """``deviation``: the common standard deviation; None if no group has two values.
    ``freedom``: its degrees of freedom.
    """

    deviation: float | None
    freedom: int


def pooled(groups: Iterable[Sequence[float]]) -> Pooled:
    """The standard deviation within groups: sqrt(sum of squares / (values - groups)).

    Args:
        groups: the values of each group, usually logarithms; those with one value add nothing.
    """
    squares, freedom = 0.0, 0
    for group in groups:
        if len(group) > 1:
            mean = sum(group) / len(group)
            squares += sum((value - mean) ** 2 for value in group)
            freedom += len(group) - 1
    return Pooled(deviation=sqrt(squares / freedom) if freedom else None, freedom=freedom)
