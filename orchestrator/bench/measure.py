"""The load's result becomes the numbers of the whole trial and of its hold. Pure.

They are of the closed loop alone, as in 2019; the open loop that may follow has rows of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from labwire.events import LoadResult, LoadStep
from labwire.phase import LoadPhase
from orchestrator.bench.observed import Observed
from orchestrator.bench.shares import share
from orchestrator.model.sample import Sample
from orchestrator.model.trial import Resources, Totals
from orchestrator.stats import encoded, merged, percentiles

# A hold that began as the trial's time was over has no rate.
HOLD_LEAST_S = 0.1


def held(result: LoadResult) -> tuple[LoadStep, ...]:
    """The steady part; nothing where the load ended before it, or as it began."""
    steps = tuple(step for step in result.steps if step.phase is LoadPhase.HOLD)
    return steps if sum(step.duration_s for step in steps) >= HOLD_LEAST_S else ()


def closed(result: LoadResult) -> tuple[LoadStep, ...]:
    """The steps of the closed loop."""
    return tuple(step for step in result.steps if step.phase is not LoadPhase.OPEN)


def totals(result: LoadResult) -> Totals:
    """The whole trial, as the 2019 table has it."""
    steps = closed(result)
    failures = sum(sum(step.failures.values()) for step in steps)
    requests = sum(step.requests for step in steps)
    # Every success began and ended within the trial: what had not ended is unfinished.
    return _totals(steps, requests, failures, requests - failures, result.duration_s)


def hold(result: LoadResult) -> Totals | None:
    """The steady part alone; None where the load ended before it.

    Some successes ended within it though they began before, others the other way round.
    """
    steps = held(result)
    if not steps:
        return None
    return _totals(
        steps,
        requests=sum(step.requests for step in steps),
        failures=sum(sum(step.failures.values()) for step in steps),
        ended=sum(step.completed for step in steps),
        duration_s=sum(step.duration_s for step in steps),
    )


def _totals(
    steps: Sequence[LoadStep], requests: int, failures: int, ended: int, duration_s: float
) -> Totals:
    """Numbers of these steps; ``ended``: successes that ended within the duration."""
    latencies = percentiles(merged(step.histogram for step in steps))
    return Totals(
        requests=requests,
        failures=failures,
        duration_s=duration_s,
        rps=requests / duration_s,
        goodput_rps=ended / duration_s,
        **asdict(latencies),
    )


def hold_histogram(result: LoadResult) -> str | None:
    """The hold's latencies as HdrHistogram V2; None without a hold."""
    texts = [step.histogram for step in held(result)]
    return encoded(merged(texts)) if texts else None


def breaking_users(result: LoadResult) -> int | None:
    """Users at the first step of the ramp with drops."""
    ramp = (step for step in result.steps if step.phase is LoadPhase.RAMP)
    return next((step.users for step in ramp if any(step.failures.values())), None)


def failures_by_kind(result: LoadResult) -> dict[str, int]:
    """Failures of the whole closed loop; kinds that did not occur are left out."""
    counts: Counter[str] = Counter()
    for step in closed(result):
        counts.update(step.failures)
    return {kind: n for kind, n in sorted(counts.items()) if n}


def resources(result: LoadResult, observed: Observed) -> Resources:
    """What the server used."""
    samples, idle, state = observed.server, observed.idle, observed.state
    return Resources(
        cpu_us_per_request=_cpu_us_per_request(result, observed),
        memory_idle_bytes=idle.memory_bytes if idle else None,
        memory_peak_bytes=_peak(samples),
        image_bytes=observed.image.size_bytes,
        start_s=observed.start_s,
        stop_s=None,
        throttled_s=samples[-1].throttled_s - samples[0].throttled_s if samples else None,
        oom_killed=state.oom_killed,
        restarts=state.restarts,
        listen_overflows=observed.listen_overflows,
        loadgen_memory_peak_bytes=_peak(
            [sample for worker in observed.workers for sample in worker]
        ),
    )


def _peak(samples: Sequence[Sample]) -> int | None:
    return max((sample.memory_bytes for sample in samples), default=None)


def _cpu_us_per_request(result: LoadResult, observed: Observed) -> float | None:
    step = next(iter(held(result)), None)
    if step is None or not step.completed:
        return None
    used = share(observed.server, step.started_at, step.started_at + step.duration_s)
    return None if used is None else used * step.duration_s * 1e6 / step.completed
