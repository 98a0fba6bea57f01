"""What one service costs more than another, and what an application costs on its servers. Pure.

Values come in pairs: both services were measured in the same launch, or with the same hash seed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, isfinite, log
from statistics import fmean

from orchestrator.stats.student import CONFIDENCE, mean_interval

Values = Mapping[int, float]
"""Launch or hash seed -> a service's cost; all above 0."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tax:
    """How much more one service costs than another.

    ``difference``: in the unit of the values; ``ratio``: the one divided by the other. Each has its
    interval, None with a single pair. ``pairs``: how many there are.
    """

    difference: float
    low: float | None
    high: float | None
    ratio: float
    ratio_low: float | None
    ratio_high: float | None
    pairs: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OnServer:
    """An application on one of its servers. ``tax``: against the cheapest; None for this itself."""

    service: str
    cheapest: str
    tax: Tax | None


def tax(service: Values, other: Values, comparisons: int = 1) -> Tax | None:
    """What a service costs more than another; None if they have no launch or seed in common.

    With the costs x and y of both in pair i, the difference is the mean of x - y, and the ratio is
    exp of the mean of log x - log y, both with Student's interval over the pairs
    (`stats.student.mean_interval`).

    Why pairs: in a launch both costs are divided by that of the reference in the same slices. So
    what makes the machine slower or faster is in neither. The reference's own noise is in both, as
    the same factor: it makes a difference a few per cent larger or smaller, which is little where
    the difference is little, and it leaves the ratio alone.

    Args:
        service: its costs; ``other``: those of what it is compared with.
        comparisons: how many are made together. The interval of each is at 1 - 0.05 / comparisons,
            so that all of them are right in 95 of 100 cases (Bonferroni; `stats.launches`).
    """
    both = sorted(service.keys() & other.keys())
    if not both:
        return None
    confidence = 1 - (1 - CONFIDENCE) / max(comparisons, 1)
    more = mean_interval([service[one] - other[one] for one in both], confidence)
    logs = mean_interval([log(service[one] / other[one]) for one in both], confidence)
    bounded = isfinite(more.low)
    return Tax(
        difference=more.mean,
        low=more.low if bounded else None,
        high=more.high if bounded else None,
        ratio=exp(logs.mean),
        ratio_low=exp(logs.low) if bounded else None,
        ratio_high=exp(logs.high) if bounded else None,
        pairs=len(both),
    )


def on_servers(known: Mapping[str, Values]) -> tuple[OnServer, ...]:
    """One application on several servers, the cheapest first; nothing for a single server.

    Which server is the cheapest is seen in the same values, so the intervals are those of all pairs
    of servers together. Whichever of them turns out to be the cheapest, they are right.

    Args:
        known: each service of the application -> its costs.
    """
    measured = {name: values for name, values in known.items() if values}
    if len(measured) < 2:
        return ()
    ordered = sorted(measured, key=lambda name: _mean_log(measured[name].values()))
    cheapest, pairs = ordered[0], len(ordered) * (len(ordered) - 1) // 2
    return tuple(
        OnServer(
            service=name,
            cheapest=cheapest,
            tax=None if name == cheapest else tax(measured[name], measured[cheapest], pairs),
        )
        for name in ordered
    )


def _mean_log(values: Iterable[float]) -> float:
    return fmean(log(value) for value in values)
