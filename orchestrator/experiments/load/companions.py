"""The CPU and memory that a service's companions used in its trial, and doubts. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labwire.events import LoadResult
from orchestrator.bench.companions import SeenCompanion
from orchestrator.doubts.trial import companion_caveats, intervention_caveats
from orchestrator.experiments.load.measure import cpu_us_per_request, hold_cpu, peak, throttled_s
from orchestrator.experiments.load.observed import Observed
from orchestrator.model.placement import Placement
from orchestrator.model.trial import Caveat, Companion


def used_by(
    companions: Sequence[Companion],
    seen: Sequence[SeenCompanion],
    result: LoadResult,
    observed: Observed,
    placement: Placement,
) -> tuple[Companion, ...]:
    """The companions with what they used during the hold and during the whole load."""
    busy = _busy(result, seen, observed, placement)
    return tuple(
        replace(
            known,
            cpu=hold_cpu(result, one.samples),
            cpu_us_per_request=cpu_us_per_request(result, one.samples),
            memory_peak_bytes=peak(one.samples),
            throttled_s=throttled_s(one.samples),
            oom_killed=one.oom_killed,
            cpu_limit=min(one.spec.cpus, len(one.spec.cpu_numbers)),
            cpu_busy=min(busy.get(cpu, 0.0) for cpu in one.spec.cpu_numbers),
        )
        for known, one in zip(companions, seen, strict=True)
    )


def doubts(used: Sequence[Companion], seen: Sequence[SeenCompanion]) -> tuple[Caveat, ...]:
    """The doubts about companions, in their order."""
    return tuple(
        caveat
        for companion, one in zip(used, seen, strict=True)
        for caveat in (
            *companion_caveats(companion),
            *intervention_caveats(one.actions, f"the companion {companion.name}'s"),
        )
    )


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
