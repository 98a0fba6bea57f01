"""A service's row: its counts together. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from orchestrator.experiments.instructions.record import InstructionsRecord, ServiceCounts

FEWEST = 3
"""Services for a correlation: two points always lie on a line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountRow:
    """``instructions_per_request``: mean of the hash seeds' means; ``low``, ``high``: the range of
    those means. ``repeat_spread``: the largest difference between two containers with the same hash
    seed, as a share of their mean; None without repeats. ``seed_spread``: the standard deviation of
    the seeds' means, as a share of the mean; None with one seed. ``cpu_us_per_request``: the median
    of the slices. ``wall_s``: mean time for a count.
    """

    service: str
    name: str
    instructions_per_request: float | None
    low: float | None
    high: float | None
    seeds: int
    repeat_spread: float | None
    seed_spread: float | None
    cpu_us_per_request: float | None
    wall_s: float | None
    note: str
    reason: str | None


def count_rows(record: InstructionsRecord) -> list[CountRow]:
    """A row for each service whose counts have begun."""
    return [count_row(service) for service in record.services]


def count_row(service: ServiceCounts) -> CountRow:
    """The row of a service; with None where nothing was counted."""
    by_seed = _by_seed(service)
    means = list(means_of_seeds(service).values())
    spreads = [
        float(np.ptp(counts)) / fmean(counts) for counts in by_seed.values() if len(counts) > 1
    ]
    slices = service.cpu_us_per_request
    return CountRow(
        service=service.service,
        name=service.name,
        instructions_per_request=fmean(means) if means else None,
        low=min(means, default=None),
        high=max(means, default=None),
        seeds=len(means),
        repeat_spread=max(spreads, default=None),
        seed_spread=float(np.std(means, ddof=1)) / fmean(means) if len(means) > 1 else None,
        cpu_us_per_request=median(slices) if slices else None,
        wall_s=fmean(one.wall_s for one in service.counts) if service.counts else None,
        note=service.note,
        reason=service.reason,
    )


def means_of_seeds(service: ServiceCounts) -> dict[int, float]:
    """Hash seed -> the mean of its counts."""
    return {seed: fmean(counts) for seed, counts in _by_seed(service).items()}


def _by_seed(service: ServiceCounts) -> dict[int, list[float]]:
    found: dict[int, list[float]] = {}
    for one in service.counts:
        found.setdefault(one.seed, []).append(one.instructions_per_request)
    return found


def correlation(rows: Sequence[CountRow]) -> float | None:
    """Pearson's correlation of the logarithms of instructions and CPU time, over the services.

    Logarithms, since services differ by factors. None with fewer than three services.
    """
    both = [
        (row.instructions_per_request, row.cpu_us_per_request)
        for row in rows
        if row.instructions_per_request and row.cpu_us_per_request
    ]
    if len(both) < FEWEST:
        return None
    instructions, cpu = np.log(np.array(both, dtype=float)).T
    return float(np.corrcoef(instructions, cpu)[0, 1])
