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

TRIES = 2
"""So often is a rate tried that was not kept. What disturbs the host makes an answer late, never
early, so one miss alone may be the host's."""
LAST_TRIES = 3
"""So often is the lowest rate that was missed tried when the search would end: a disturbance may
last for two tries, and all rates above would never be seen. If it is kept, the search goes on above
it. That happens once in a search: chance alone keeps a rate at the edge now and then."""
PROBE_S, PROBE_MOST_S = 5.0, 60.0
PROMISES = 50.0
"""A probe lasts so many times as long as the promised latency: in this time, a queue that a server
cannot keep up with by 2 % grows to the promise. It lasts 5 s at least, and a minute at most."""
REQUESTS_LEAST = 500
"""A probe has at least so many requests, so that five of them exceed the 99th percentile."""


def probe_s(p99_s: float) -> float:
    """Seconds of a probe that has enough requests."""
    return min(max(PROMISES * p99_s, PROBE_S), PROBE_MOST_S)


def probe_requests(rate: float, p99_s: float) -> int:
    """The requests of a probe at this rate (requests/s)."""
    return round(min(max(rate * probe_s(p99_s), REQUESTS_LEAST), rate * PROBE_MOST_S)) or 1


def next_rate(probes: Sequence[Probe], capacity: float) -> float | None:
    """The rate to try next; None if the search has ended.

    Args:
        capacity: requests/s in a closed loop.
    """
    if probes and not probes[-1].kept and _tries(probes, probes[-1].rate) < TRIES:
        return probes[-1].rate
    kept, missed = highest_kept(probes), lowest_missed(probes)
    if kept is None and missed is None:
        return FIRST * capacity
    if kept is None:
        down = DOWN * (missed or capacity)
        return down if down >= SLOWEST * capacity else None
    if missed is None:
        up = UP * kept
        return up if up <= FASTEST * capacity else None
    if missed > CLOSE * kept:
        return sqrt(kept * missed)
    once = any(_tries(probes, probe.rate) == LAST_TRIES for probe in probes)
    return None if once else missed


def highest_kept(probes: Sequence[Probe]) -> float | None:
    """The highest rate at which the promise was kept; None if it never was."""
    return max((probe.rate for probe in probes if probe.kept), default=None)


def lowest_missed(probes: Sequence[Probe]) -> float | None:
    """The lowest rate at which the promise was kept in none of its tries; None if there is none."""
    kept = {probe.rate for probe in probes if probe.kept}
    rates = {probe.rate for probe in probes} - kept
    return min((rate for rate in rates if _tries(probes, rate) >= TRIES), default=None)


def _tries(probes: Sequence[Probe], rate: float) -> int:
    return sum(probe.rate == rate for probe in probes)
