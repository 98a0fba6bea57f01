"""Make the plan of a run that counts instructions."""

from __future__ import annotations

from dataclasses import dataclass, replace

from labwire.client import Client
from orchestrator.entries import answering, entry
from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.instructions.record import InstructionsRecord, InstructionsSettings
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.profiles import PROFILES

REQUESTS_LEAST = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsPlan:
    """Each service once; ``loading`` is for its CPU time alone."""

    settings: InstructionsSettings
    loading: Loading
    trials: tuple[PlannedTrial, ...]


def plan(
    settings: InstructionsSettings,
    known: Catalogue,
    placed: Placed,
    _earlier: InstructionsRecord | None,
) -> InstructionsPlan:
    """The plan: the services in the order in which they were named."""
    return InstructionsPlan(
        settings=settings,
        loading=Loading(
            profile=replace(PROFILES["standard"], name="instructions"),
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
                    [known.contract[settings.workload]],
                    placed.containers,
                ),
                expectation=known.contract[settings.workload],
                repeat=1,
                order=order,
            )
            for order, name in enumerate(settings.services, 1)
        ),
    )


def problems(settings: InstructionsSettings, there: Names) -> list[str]:
    """Every problem with the settings, in words; empty if there is none."""
    workloads = there.workloads or (settings.workload,)
    found = [
        f"no service {name!r}; choose from {', '.join(there.services)}"
        for name in settings.services
        if name not in there.services
    ]
    if settings.workload not in workloads:
        found.append(f"no workload {settings.workload!r}; choose from {', '.join(workloads)}")
    for option, value, least, most in (
        ("seeds", settings.seeds, 1, 1_000),
        ("repeats", settings.repeats, 1, 1_000),
        ("requests", settings.requests, REQUESTS_LEAST, 10_000),
    ):
        if not least <= value <= most:
            found.append(f"--{option} {value}: give {least} to {most:,}")
    return found
