"""The answer of a comparison by the interval of a ratio, head / base."""

from __future__ import annotations

from enum import StrEnum

SAME_WITHIN = 0.01
"""Two sides whose ratio certainly differs from 1 by at most this much are the same."""


class Answer(StrEnum):
    """What a comparison found, from the head's point of view."""

    SLOWER = "slower"
    FASTER = "faster"
    SAME = "same"
    UNDECIDED = "undecided"


def farthest(low: float, high: float) -> float:
    """How far from 1 a ratio with this interval can be, as a share."""
    return max(high - 1, 1 - low)


def same_or_undecided(low: float, high: float) -> Answer:
    """The answer for sides of which neither is certainly slower."""
    return Answer.SAME if farthest(low, high) <= SAME_WITHIN else Answer.UNDECIDED
