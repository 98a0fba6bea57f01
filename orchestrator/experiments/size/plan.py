"""The plan of a search for the right size."""

from __future__ import annotations

from dataclasses import dataclass, replace

from labwire.client import Client
from orchestrator.entries import answering, entry
from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.size.record import SizeRecord, SizeSettings
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.options import seed_problems
from orchestrator.profiles import PROFILES

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
    expectation = known.contract[settings.workload]
    return SizePlan(
        settings=settings,
        loading=Loading(
            profile=replace(PROFILES["standard"], name="size"),
            client=Client.ENGINE.value,
            placement=replace(
                placed.placement,
                load_cpus=placed.placement.load_cpus[:1],
                network=settings.network,
            ),
            master=placed.containers[LOCUST_MASTER],
            worker=placed.containers[LOCUST_WORKER],
        ),
        trials=tuple(
            PlannedTrial(
                entry=answering(
                    entry(known.manifests[name], placed.containers),
                    [expectation],
                    placed.containers,
                ),
                expectation=expectation,
                repeat=1,
                order=order,
            )
            for order, name in enumerate(settings.services, 1)
        ),
    )


def problems(settings: SizeSettings, there: Names) -> list[str]:
    """Every problem with the settings, in words; empty if there is none."""
    workloads = there.workloads or (settings.workload,)
    found = [
        f"no service {name!r}; choose from {', '.join(there.services)}"
        for name in settings.services
        if name not in there.services
    ]
    if settings.workload not in workloads:
        found.append(f"no workload {settings.workload!r}; choose from {', '.join(workloads)}")
    if not P99_LEAST_S <= settings.p99_s <= P99_MOST_S:
        found.append(
            f"--p99 {settings.p99_s * 1000:g}ms: give {P99_LEAST_S * 1000:g}ms to {P99_MOST_S:g}s"
        )
    if not 1 <= settings.searches <= SEARCHES_MOST:
        found.append(f"--searches {settings.searches}: give 1 to {SEARCHES_MOST}")
    return [*found, *seed_problems(settings.seed)]
