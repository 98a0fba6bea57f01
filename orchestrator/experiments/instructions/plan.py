"""Make the plan of a run that counts instructions."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.instructions.record import InstructionsRecord, InstructionsSettings
from orchestrator.experiments.plans import each_once, one_worker, unknown
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.settings import Loading, PlannedTrial

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
        loading=one_worker("instructions", settings, placed),
        trials=each_once(settings.services, known.contract[settings.workload], known, placed),
    )


def problems(settings: InstructionsSettings, there: Names) -> list[str]:
    """Every problem with the settings, in words; empty if there is none."""
    found = unknown(settings.services, settings.workloads, there)
    for option, value, least, most in (
        ("seeds", settings.seeds, 1, 1_000),
        ("repeats", settings.repeats, 1, 1_000),
        ("requests", settings.requests, REQUESTS_LEAST, 10_000),
    ):
        if not least <= value <= most:
            found.append(f"--{option} {value}: give {least} to {most:,}")
    return found
