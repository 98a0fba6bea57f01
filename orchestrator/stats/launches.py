"""What launches of several servers at once say: costs relative to the reference, and ranks.

A launch is one value: the slices of one launch share its containers, their hash seed and their
place in memory, so they are not independent. The number of launches follows from a budget that is
fixed beforehand, not from what they show, so ordinary intervals are right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import exp, inf, log, sqrt
from statistics import fmean, stdev

from orchestrator.model.together import REFERENCE, Together, TogetherLaunch
from orchestrator.stats.ranks import Ranks, places

ERROR = 0.05
"""Probability that an interval misses the true value, and that any pair of a table is said to
differ by chance."""
TRIMMED = 0.2
"""Share of a launch's slices left out at each end: a single disturbance makes a wild slice."""

Logs = Mapping[int, float]
"""Launch (from 0) -> the mean of its slices' logarithms."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """What a request to a service costs, as a multiple of one to the reference in the same slices.

    ``low`` and ``high``: its 95 % interval; None with a single launch. ``cpu_us``: CPU time for a
    request in microseconds, by itself. ``launches``: those in which the service took part.
    """

    relative: float
    low: float | None
    high: float | None
    cpu_us: float
    launches: int


def relatives(one: Together) -> dict[str, Relative]:
    """The cost of each service that took part: Student's t interval over launches, of logarithms.

    (Montgomery, Design and Analysis of Experiments, 8th edition, 2.4.) Services without any launch
    are left out.
    """
    found = {}
    for service in one.services:
        logs = _logs(one, service, REFERENCE)
        if logs:
            mean, half = _interval(list(logs.values()), ERROR)
            own = fmean(_logs(one, service).values())
            found[service] = Relative(
                relative=exp(mean),
                low=None if half == inf else exp(mean - half),
                high=None if half == inf else exp(mean + half),
                cpu_us=exp(own),
                launches=len(logs),
            )
    return found


def launch_ranks(one: Together) -> Ranks:
    """The ranks of the services that took part; rank 1 costs least.

    For each pair, the paired t interval of the launches' differences (the same, 2.5). All pairs
    together are wrong in at most 5 of 100 tables: each has the probability 0.05 / pairs
    (Bonferroni; Montgomery, 3.5). Services whose interval includes no difference share ranks.
    """
    services = [name for name in one.services if _logs(one, name, REFERENCE)]
    pairs = list(combinations(services, 2))
    certain = set()
    for first, second in pairs:
        logs = list(_logs(one, first, second).values())
        mean, half = _interval(logs, ERROR / len(pairs))
        if abs(mean) > half:
            certain.add((first, second) if mean < 0 else (second, first))
    return places(services, lambda name, other: (name, other) in certain)


def _logs(one: Together, service: str, other: str | None = None) -> Logs:
    """Of each launch with both, the trimmed mean of log(service / other) over its slices.

    Args:
        other: None for the logarithms of the service's own microseconds.
    """
    return {
        number: _trimmed(values)
        for number, launch in enumerate(one.launches)
        if (values := _of(launch, service, other))
    }


def _of(launch: TogetherLaunch, service: str, other: str | None) -> list[float]:
    return [
        log(used[service]) - (log(used[other]) if other else 0.0)
        for used in launch.slices
        if service in used and (other is None or other in used)
    ]


def _trimmed(values: Sequence[float]) -> float:
    out = int(len(values) * TRIMMED)
    return fmean(sorted(values)[out : len(values) - out])


def _interval(values: Sequence[float], error: float) -> tuple[float, float]:
    """The mean, and half of its interval's length; infinite for fewer than two values."""
    # Here because this package takes most of a second and 80 MB, and most commands need neither.
    from scipy.stats import t

    mean, count = fmean(values) if values else 0.0, len(values)
    if count < 2:
        return mean, inf
    return mean, float(t.ppf(1 - error / 2, count - 1)) * stdev(values) / sqrt(count)
