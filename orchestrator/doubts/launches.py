"""Doubts about launches of several servers on one CPU, in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from labwire.thresholds import nearly_full

LASTED_MOST = 1.2
"""Longest duration of a slice, as a multiple of the planned one. The last answer comes a few
milliseconds after its request was due; one slice in five longer is a queue that has grown."""


class Strained(Protocol):
    """A launch: how far its slices went from their plan; None if that is not known."""

    @property
    def lasted(self) -> float | None:
        """The longest duration of a slice, as a multiple of the planned one."""

    @property
    def idle(self) -> float | None:
        """The least share of a slice in which the load had nothing to do."""


def of_launches(launches: Sequence[Strained]) -> Iterator[str]:
    """A sentence about each way in which launches did not go as planned."""
    count = len(launches)
    slow = sum(one.lasted is not None and one.lasted > LASTED_MOST for one in launches)
    if slow:
        yield (
            f"In {slow:,} of {count:,} launches a slice took more than {LASTED_MOST:g} times as "
            "long as planned, so requests waited, perhaps for other servers."
        )
    full = sum(nearly_full(one.idle) for one in launches)
    if full:
        yield (
            f"In {full:,} of {count:,} launches the load generator had almost no CPU time left, so "
            "it may have sent its requests late."
        )
