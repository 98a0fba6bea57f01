"""Make a comparison's plan from its settings."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.errors import UsageError
from orchestrator.experiments.ab.record import ABRecord, ABSettings
from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.plans import each_once, one_worker, unknown
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.model.variant import Variant
from orchestrator.options import budget_problems, seed_problems
from orchestrator.sides import side, side_problems


@dataclass(frozen=True, slots=True, kw_only=True)
class ABPlan:
    """``base``, ``head``: the sides as trials of their services, without their variants' images."""

    settings: ABSettings
    loading: Loading
    base: PlannedTrial
    head: PlannedTrial

    @property
    def trials(self) -> tuple[PlannedTrial, ...]:
        """Each service once."""
        same = self.base.entry == self.head.entry
        return (self.base,) if same else (self.base, self.head)


def plan(
    settings: ABSettings, known: Catalogue, placed: Placed, _earlier: ABRecord | None
) -> ABPlan:
    """The plan."""
    services = [variant.service for variant in variants(settings)]
    base, head = each_once(services, known.contract[settings.workload], known, placed)
    return ABPlan(
        settings=settings,
        loading=one_worker("ab", settings, placed),
        base=base,
        head=head,
    )


def variants(settings: ABSettings) -> tuple[Variant, Variant]:
    """The variants of base and head.

    Raises:
        UsageError: a side cannot be read; names everything that is wrong with both.
    """
    sides = (("--base", settings.base), ("--head", settings.head))
    wrong = [
        f"{option}: {why}"
        for option, text in sides
        for why in side_problems(text, settings.service)
    ]
    if wrong:
        raise UsageError(wrong)
    return side(settings.base, settings.service), side(settings.head, settings.service)


def problems(settings: ABSettings, there: Names) -> list[str]:
    """Every problem with the settings except the sides', in words; empty if there is none."""
    found = unknown((), settings.workloads, there)
    return [*found, *budget_problems(settings.budget_s), *seed_problems(settings.seed)]
