"""The launches of a cost table, in its record."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.launches import measured_at_once
from orchestrator.experiments.cost.plan import CostPlan
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.words import so_far
from orchestrator.model.together import LOAD, REFERENCE, Together

SLICES = 20
"""In a launch, for each workload. A slice has few requests to each server, about 30 with nine
services. On a busy machine slices varied by 9 to 15 % against the reference, and the launches of
most services by 1 to 3 % against each other. A launch took some 6 s to start and to end; with so
many slices it spends about as long on measuring."""
SLICES_OF_MANY, MANY = 10, 16
"""From so many services on there are so many slices. Each then lasts longer, because no server gets
fewer requests, and a launch takes so long to start that few fit in. The interval of six launches of
10 slices is narrower than that of four launches of 20: Student's t is 2.57 instead of 3.18."""


def slices_of(services: int) -> int:
    """How many slices a launch of so many services has, for each workload."""
    return SLICES_OF_MANY if services >= MANY else SLICES


def launches(plan: CostPlan, record: CostRecord, bench: Bench) -> Iterator[CostRecord]:
    """Launch until another one would exceed the budget; yield the record after each."""
    specs = {entry.manifest.id: entry.container for entry in plan.entries}
    settings, loading = plan.settings, plan.loading
    for together in measured_at_once(
        specs,
        record.together,
        settings.budget_s,
        settings.seed,
        loading,
        bench,
        slices=slices_of(len(settings.services)),
    ):
        grown = _count(together) > _count(record.together)
        record = _with(record, together)
        if grown:
            bench.progress.note(so_far(record))
        yield record


def _count(together: Sequence[Together]) -> int:
    return sum(len(one.launches) for one in together)


def _with(record: CostRecord, together: Sequence[Together]) -> CostRecord:
    """The record with these launches. Without the reference or the load the run has failed."""
    needed = {REFERENCE, LOAD}
    failures = [out for one in together for out in one.left_out if out.service in needed]
    kept = tuple(
        replace(one, left_out=tuple(out for out in one.left_out if out.service not in needed))
        for one in together
    )
    return replace(record, together=kept, failure=failures[0] if failures else None)
