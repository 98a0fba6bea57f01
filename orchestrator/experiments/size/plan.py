"""The plan of a search for the right size."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.plans import each_once, one_worker, unknown
from orchestrator.experiments.size.record import SizeRecord, SizeSettings
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.options import seed_problems

SEARCHES_MOST = 100
P99_LEAST_S, P99_MOST_S = 0.001, 3.0
"""Below a millisecond the client's own delay decides. The load's request timeout, 5 s, must be well
beyond the promise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SizePlan:
    """What to size, and under which load."""

    settings: SizeSettings
    loading: Loading
    trials: tuple[PlannedTrial, ...]


def plan(
    settings: SizeSettings, known: Catalogue, placed: Placed, _earlier: SizeRecord | None
) -> SizePlan:
    """The plan: the services in the order in which they were named."""
    return SizePlan(
        settings=settings,
        loading=one_worker("size", settings, placed),
        trials=each_once(settings.services, known.contract[settings.workload], known, placed),
    )


def problems(settings: SizeSettings, there: Names) -> list[str]:
    """Every problem with the settings, in words; empty if there is none."""
    found = unknown(settings.services, settings.workloads, there)
    if not P99_LEAST_S <= settings.p99_s <= P99_MOST_S:
        found.append(
            f"--p99 {settings.p99_s * 1000:g}ms: give {P99_LEAST_S * 1000:g}ms to {P99_MOST_S:g}s"
        )
    if not 1 <= settings.searches <= SEARCHES_MOST:
        found.append(f"--searches {settings.searches}: give 1 to {SEARCHES_MOST}")
    return [*found, *seed_problems(settings.seed)]
