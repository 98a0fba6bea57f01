"""What launches of all services at once say: costs relative to the reference, and ranks. Pure.

The number of launches follows from a time that is fixed beforehand, not from what they show, so
ordinary intervals are right.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log
from statistics import fmean

from orchestrator.model.together import REFERENCE, Together
from orchestrator.stats.ranks import Ranks, places
from orchestrator.stats.student import CONFIDENCE, Mean, mean_interval, trimmed

Logs = Mapping[str, Sequence[float]]
"""Service -> the logarithm of its relative cost in each launch."""
LAUNCHES_LEAST = 2
"""One launch has no interval."""
OTHERS_LEAST = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Relative:
    """What a request to a service costs.

    ``relative``: as a multiple of one to the reference in the same slices; ``low``, ``high``: its
    95 % interval, None with a single launch. ``cpu_us``: in microseconds of CPU time.
    """

    relative: float
    low: float | None
    high: float | None
    cpu_us: float | None
    launches: int


def relative_logs(together: Together) -> dict[str, list[float]]:
    """Service -> log(its CPU time / the reference's), one for each launch.

    A launch is one value, the trimmed mean of its slices: slices of one launch are not independent.
    """
    return {
        service: [
            trimmed([log(one[service] / one[REFERENCE]) for one in launch.slices])
            for launch in together.launches
        ]
        for service in together.services
    }


def machine_us(together: Together, service: str) -> list[float]:
    """How slow the machine was in each launch, as the costs of all other services tell.

    The geometric mean of their CPU times for a request, in microseconds. Without the service, so
    that a change of it is no change of the machine; without the reference, whose noise is in every
    relative cost. Empty with fewer than `OTHERS_LEAST` others: one of them could then seem to be
    the machine.
    """
    others = [name for name in together.services if name != service]
    if len(others) < OTHERS_LEAST:
        return []
    return [
        exp(fmean(trimmed([log(one[name]) for one in launch.slices]) for name in others))
        for launch in together.launches
    ]


def relatives(together: Together) -> dict[str, Relative]:
    """The cost of each service that took part; nothing without launches."""
    return {
        service: _relative(together, service, logs)
        for service, logs in relative_logs(together).items()
        if logs
    }


def cpu_us(together: Together, name: str) -> float | None:
    """Microseconds of CPU time for a request: the geometric mean of the launches; None without."""
    logs = [trimmed([log(one[name]) for one in launch.slices]) for launch in together.launches]
    return exp(sum(logs) / len(logs)) if logs else None


def rank_of(logs: Logs) -> Ranks:
    """Each service's best and worst possible rank; 1 costs least."""
    pairs = len(logs) * (len(logs) - 1) // 2
    return places(logs, lambda one, other: certainly_less(logs[one], logs[other], pairs))


def certainly_less(one: Sequence[float], other: Sequence[float], pairs: int) -> bool:
    """Whether the first certainly costs less than the second, when so many pairs are compared.

    The paired t interval of the launches' differences at 1 - 0.05 / pairs: by Bonferroni's
    inequality, all pairs together are wrong in at most 5 of 100 tables (Miller, Simultaneous
    Statistical Inference, 2nd edition, 1981, 1.3). A launch has the same hash seed, the same
    minutes and the same slices for both, so its difference varies less than either value.
    """
    return difference(one, other, pairs).high < 0


def difference(one: Sequence[float], other: Sequence[float], pairs: int) -> Mean:
    """The mean difference of two services' launches, with the interval of `certainly_less`."""
    differences = [first - second for first, second in zip(one, other, strict=True)]
    if not differences:
        return Mean(mean=0.0, low=-inf, high=inf, count=0)
    return mean_interval(differences, 1 - (1 - CONFIDENCE) / max(pairs, 1))


def _relative(together: Together, service: str, logs: Sequence[float]) -> Relative:
    known = mean_interval(logs)
    bounded = isfinite(known.low)
    return Relative(
        relative=exp(known.mean),
        low=exp(known.low) if bounded else None,
        high=exp(known.high) if bounded else None,
        cpu_us=cpu_us(together, service),
        launches=len(logs),
    )
