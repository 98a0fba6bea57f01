"""The search for the highest rate that keeps a promise: bisection over rates. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

from orchestrator.experiments.size.record import Probe

FIRST = 0.9
"""The first rate, as a share of the closed loop's. A promise that leaves no room for a queue is
kept at less, and one that does at nearly all of it."""
DOWN, UP = 0.5, 1.2
"""The next rate if no rate was kept yet, or every one."""
SLOWEST, FASTEST = 1 / 64, 4.0
"""Shares of the closed loop's rate between which rates are tried."""
CLOSE = 1.02
"""The search ends when the lowest rate that was missed is at most this many times the highest that
was kept."""


def next_rate(probes: Sequence[Probe], capacity: float) -> float | None:
    """The rate to try next; None if the search has ended.

    Args:
        capacity: requests/s in a closed loop.
    """
    kept, missed = highest_kept(probes), lowest_missed(probes)
    if kept is None and missed is None:
        return FIRST * capacity
    if kept is None:
        down = DOWN * (missed or capacity)
        return down if down >= SLOWEST * capacity else None
    if missed is None:
        up = UP * kept
        return up if up <= FASTEST * capacity else None
    return sqrt(kept * missed) if missed > CLOSE * kept else None


def highest_kept(probes: Sequence[Probe]) -> float | None:
    """The highest rate at which the promise was kept; None if it never was."""
    return max((probe.rate for probe in probes if probe.kept), default=None)


def lowest_missed(probes: Sequence[Probe]) -> float | None:
    """The lowest rate at which the promise was not kept; None if it always was."""
    return min((probe.rate for probe in probes if not probe.kept), default=None)
