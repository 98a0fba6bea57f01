"""Launches of all services at once, one after the other, until the budget is used up."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from orchestrator.bench.bench import Bench
from orchestrator.bench.instructions import SEEDS
from orchestrator.bench.together import Pace, Running, Servers, ServersFailed, started
from orchestrator.experiments.cost.plan import CostPlan
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.without import without
from orchestrator.experiments.cost.words import so_far
from orchestrator.model.together import REFERENCE, LeftOut, Together, TogetherLaunch
from orchestrator.model.trial import TrialPhase
from orchestrator.ports import SliceLoad

SLICE_S = 0.25
SLICES = 20
"""In a launch, for each workload. A slice has few requests to each server, 30 to 60 with nine
services, so slices vary by 3 to 15 %, and launches by about 1 % beyond that. A launch takes some
5 s to start and to end; with so many slices it spends about as long on measuring."""
STARTS_AT_ONCE = 2
"""Nine containers started in 2.1 s one by one, in 1.6 s two at a time, and hardly faster with more:
the engine needs CPU time for each."""
LAUNCHES_LEAST = 2
"""Whatever the budget: one launch gives no interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lost:
    """Where a launch failed. ``workload``: None while containers started."""

    phase: TrialPhase
    workload: str | None


def launches(plan: CostPlan, record: CostRecord, bench: Bench) -> Iterator[CostRecord]:
    """Launch until another one would exceed the budget; yield the record after each.

    A launch in which a service fails does not count; the next is without that service.

    Raises:
        TrialFailed: the load failed.
    """
    draw = random.Random(plan.settings.seed)
    began = bench.clock.monotonic()
    ended_s, longest_s = 0.0, 0.0
    with bench.load.slices(plan.settings.workloads[0], plan.loading) as load:
        while record.failure is None and any(one.services for one in record.together):
            record, whole = _launch(plan, record, bench, load, draw, began)
            yield record
            now_s = bench.clock.monotonic() - began
            ended_s, longest_s = now_s, max(longest_s, now_s - ended_s)
            if whole:
                bench.progress.note(so_far(record))
            if whole and _enough(record) and ended_s + longest_s > plan.settings.budget_s:
                return


def _enough(record: CostRecord) -> bool:
    return all(len(one.launches) >= LAUNCHES_LEAST for one in record.together if one.services)


def _launch(
    plan: CostPlan,
    record: CostRecord,
    bench: Bench,
    load: SliceLoad,
    draw: random.Random,
    began: float,
) -> tuple[CostRecord, bool]:
    """The record after one more launch, and whether that launch counts."""
    seed, order = draw.randrange(SEEDS), _order(record, draw)
    specs = {entry.manifest.id: entry.container for entry in plan.entries}
    lost = _Lost(phase=TrialPhase.START, workload=None)
    found = list[tuple[Together, tuple[dict[str, float], ...]]]()
    try:
        containers = {name: specs[name] for name in order}
        with started(containers, seed, bench.engine, load, at_once=STARTS_AT_ONCE) as running:
            for together in record.together:
                lost = _Lost(phase=TrialPhase.LOAD, workload=together.workload)
                if together.services:
                    shared = plan.loading.placement.shared
                    found.append(_measured(running, together, order, draw, shared=shared))
                else:
                    found.append((together, ()))
    except ServersFailed as failed:
        return _without_failed(record, failed, lost, bench), False
    at_s = bench.clock.monotonic() - began
    grown = [
        replace(
            together,
            launches=(
                *together.launches,
                TogetherLaunch(seed=seed, order=order, at_s=at_s, slices=slices),
            ),
        )
        if slices
        else together
        for together, slices in found
    ]
    return replace(record, together=tuple(grown)), True


def _order(record: CostRecord, draw: random.Random) -> tuple[str, ...]:
    """All servers that still take part in a workload, in a random order."""
    names = dict.fromkeys(name for one in record.together for name in one.services)
    order = [REFERENCE, *names]
    draw.shuffle(order)
    return tuple(order)


def _measured(
    running: Running,
    together: Together,
    order: tuple[str, ...],
    draw: random.Random,
    *,
    shared: bool,
) -> tuple[Together, tuple[dict[str, float], ...]]:
    """One workload in one launch: its slices, and its pace if that was not known."""
    wanted = {REFERENCE, *together.services}
    servers = running.aimed([name for name in order if name in wanted], together.workload)
    servers.warm_up(together.rate, draw.randrange(SEEDS))
    pace = _pace(servers, together, draw, shared=shared)
    slices = tuple(servers.slice(pace, draw.randrange(SEEDS)) for _ in range(SLICES))
    return replace(together, rate=pace.rate, requests=pace.requests), slices


def _pace(servers: Servers, together: Together, draw: random.Random, *, shared: bool) -> Pace:
    if together.rate is None or together.requests is None:
        return servers.pace(draw.randrange(SEEDS), SLICE_S, shared=shared)
    return Pace(requests=together.requests, rate=together.rate)


def _without_failed(
    record: CostRecord, failed: ServersFailed, lost: _Lost, bench: Bench
) -> CostRecord:
    for name, failure in failed.failures.items():
        left_out = LeftOut(
            service=name,
            phase=lost.phase,
            reason=failure.reason,
            log_tail=failure.log_tail or None,
        )
        where = f" under {lost.workload}" if lost.workload else ""
        bench.progress.note(f"{name} is left out{where}: {failure.reason}")
        record = without(record, left_out, lost.workload)
    return record
