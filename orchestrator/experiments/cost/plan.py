"""Make the plan of a cost table from its settings."""

from __future__ import annotations

from dataclasses import dataclass

from labwire.expectation import Expectation
from orchestrator.bench.reference import entry_of
from orchestrator.bench.reference import problems as reference_problems
from orchestrator.bench.together import MOST_SERVERS
from orchestrator.errors import UsageError
from orchestrator.experiments.cost.record import CostRecord, CostSettings
from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.plans import answers, one_worker, unknown
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.entry import Entry
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.model.together import REFERENCE
from orchestrator.options import budget_problems, seed_problems
from orchestrator.profiles import COST


@dataclass(frozen=True, slots=True, kw_only=True)
class CostPlan:
    """``entries``: the reference, then the services in the order in which they were named."""

    settings: CostSettings
    loading: Loading
    entries: tuple[Entry, ...]
    expectations: tuple[Expectation, ...]

    def trials_of(self, entry: Entry) -> tuple[PlannedTrial, ...]:
        """The trials of a service: one for each workload."""
        return tuple(
            PlannedTrial(entry=entry, expectation=expected, repeat=1, order=order)
            for order, expected in enumerate(self.expectations, 1)
        )

    @property
    def trials(self) -> tuple[PlannedTrial, ...]:
        """Each service and the reference once, so that their images are built."""
        return tuple(self.trials_of(entry)[0] for entry in self.entries)


def plan(
    settings: CostSettings, known: Catalogue, placed: Placed, _earlier: CostRecord | None
) -> CostPlan:
    """The plan.

    Raises:
        UsageError: the reference cannot give the right answers.
    """
    expectations = tuple(known.contract[name] for name in settings.workloads)
    if wrong := reference_problems(expectations):
        raise UsageError(wrong)
    services = (answers(name, expectations, known, placed) for name in settings.services)
    return CostPlan(
        settings=settings,
        loading=one_worker(COST, settings, placed),
        entries=(entry_of(placed.containers, expectations), *services),
        expectations=expectations,
    )


def problems(settings: CostSettings, there: Names) -> list[str]:
    """Every problem with the settings, in words; empty if there is none."""
    found = unknown(settings.services, settings.workloads, there)
    if REFERENCE in there.services:
        found.append(f"services/{REFERENCE}: rename it; the cost table's own server is called so")
    if len(settings.services) >= MOST_SERVERS:
        found.append(
            f"{len(settings.services)} services: name at most {MOST_SERVERS - 1}, as many as the "
            "load can aim at beside the reference"
        )
    return [*found, *budget_problems(settings.budget_s), *seed_problems(settings.seed)]
