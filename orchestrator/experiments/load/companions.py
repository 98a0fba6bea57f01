"""The CPU and memory that a service's companions used in its trial, and doubts. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from labwire.events import LoadResult
from orchestrator.bench.companions import SeenCompanion
from orchestrator.doubts.trial import companion_caveats, intervention_caveats
from orchestrator.experiments.load.measure import cpu_us_per_request, hold_cpu, peak, throttled_s
from orchestrator.experiments.load.observed import Observed
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.placement import Placement
from orchestrator.model.trial import TrialRecord


def with_companions(
    record: TrialRecord,
    seen: Sequence[SeenCompanion],
    result: LoadResult,
    observed: Observed,
    placement: Placement,
) -> TrialRecord:
    """``record`` with what its companions used, and the doubts about them."""
    used = tuple(
        replace(
            known,
            cpu=hold_cpu(result, one.samples),
            cpu_us_per_request=cpu_us_per_request(result, one.samples),
            memory_peak_bytes=peak(one.samples),
            throttled_s=throttled_s(one.samples),
            oom_killed=one.oom_killed,
        )
        for known, one in zip(record.companions, seen, strict=True)
    )
    busy = _busy(result, seen, observed, placement)
    doubts = [
        caveat
        for companion, one in zip(used, seen, strict=True)
        for caveat in (
            *companion_caveats(companion, **_room(one.spec, busy)),
            *intervention_caveats(one.actions, f"the companion {companion.name}'s"),
        )
    ]
    return replace(record, companions=used, caveats=(*record.caveats, *doubts))


def _room(spec: ContainerSpec, busy: Mapping[int, float]) -> dict[str, float]:
    """How many CPUs a companion may use, and the CPU use of the least busy of them."""
    cpus = spec.cpu_numbers
    return {"limit": min(spec.cpus, len(cpus)), "busy": min(busy.get(cpu, 0.0) for cpu in cpus)}


def _busy(
    result: LoadResult, seen: Sequence[SeenCompanion], observed: Observed, placement: Placement
) -> dict[int, float]:
    """CPU -> its use during the hold by the containers that are pinned to it alone."""
    pinned = [
        (placement.server_cpu, observed.server),
        *zip(placement.load_cpus, observed.workers, strict=False),
        *(
            (min(one.spec.cpu_numbers), one.samples)
            for one in seen
            if len(one.spec.cpu_numbers) == 1
        ),
    ]
    found: dict[int, float] = {}
    for cpu, samples in pinned:
        found[cpu] = found.get(cpu, 0.0) + (hold_cpu(result, samples) or 0.0)
    return found
