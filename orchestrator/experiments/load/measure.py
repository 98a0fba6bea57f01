"""The numbers of the whole trial and of its hold, from the load's result. Pure.

They cover only the closed loop, as in 2019; an open loop that follows has its own rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict

from labwire.events import LoadResult, LoadStep
from labwire.phase import LoadPhase
from orchestrator.bench.shares import share
from orchestrator.experiments.load.observed import Observed
from orchestrator.model.sample import Sample
from orchestrator.model.trial import Resources, Totals
from orchestrator.stats.histogram import encoded, merged, percentiles

# A shorter hold began just before the trial's time was over, and gives no rate.
HOLD_LEAST_S = 0.1


def held(result: LoadResult) -> tuple[LoadStep, ...]:
    """The steps of the hold; empty where the load ended before it or as it began."""
    steps = tuple(step for step in result.steps if step.phase is LoadPhase.HOLD)
    return steps if sum(step.duration_s for step in steps) >= HOLD_LEAST_S else ()


def closed(result: LoadResult) -> tuple[LoadStep, ...]:
    """The steps of the closed loop."""
    return tuple(step for step in result.steps if step.phase is not LoadPhase.OPEN)


def totals(result: LoadResult) -> Totals:
    """Totals of the whole trial, as in the table of 2019."""
    steps = closed(result)
    failures = sum(sum(step.failures.values()) for step in steps)
    requests = sum(step.requests for step in steps)
    # Every success began and ended within the trial; requests that had not ended are unfinished.
    return _totals(steps, requests, failures, requests - failures, result.duration_s)


def hold(result: LoadResult) -> Totals | None:
    """Totals of the hold; None where the load ended before it.

    Some successes that began before the hold ended within it, and some that began within it ended
    later. `rps` counts by the beginning, `goodput_rps` by the end.
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
    """Totals of these steps; ``ended``: successes that ended within the duration."""
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
    """The latencies of the hold as HdrHistogram V2; None without a hold."""
    texts = [step.histogram for step in held(result)]
    return encoded(merged(texts)) if texts else None


def breaking_users(result: LoadResult) -> int | None:
    """Users at the first step of the ramp with drops; None if no step had any."""
    ramp = (step for step in result.steps if step.phase is LoadPhase.RAMP)
    return next((step.users for step in ramp if any(step.failures.values())), None)


def failures_by_kind(result: LoadResult) -> dict[str, int]:
    """Failures of the whole closed loop; kinds that did not occur are left out."""
    counts: Counter[str] = Counter()
    for step in closed(result):
        counts.update(step.failures)
    return {kind: n for kind, n in sorted(counts.items()) if n}


def resources(result: LoadResult, observed: Observed) -> Resources:
    """What the server used in this trial."""
    samples, idle, state = observed.server, observed.idle, observed.state
    return Resources(
        cpu_us_per_request=cpu_us_per_request(result, samples),
        memory_idle_bytes=idle.memory_bytes if idle else None,
        memory_peak_bytes=peak(samples),
        image_bytes=observed.image.size_bytes,
        start_s=observed.start_s,
        stop_s=None,
        throttled_s=throttled_s(samples),
        oom_killed=state.oom_killed,
        restarts=state.restarts,
        listen_overflows=observed.listen_overflows,
        loadgen_memory_peak_bytes=peak(
            [sample for worker in observed.workers for sample in worker]
        ),
    )


def peak(samples: Sequence[Sample]) -> int | None:
    """The highest memory of a container in bytes."""
    return max((sample.memory_bytes for sample in samples), default=None)


def throttled_s(samples: Sequence[Sample]) -> float | None:
    """Seconds that a container waited for CPU because its quota was used up."""
    return samples[-1].throttled_s - samples[0].throttled_s if samples else None


def hold_cpu(result: LoadResult, samples: Sequence[Sample]) -> float | None:
    """CPU of a container during the hold, 1.0 = one whole CPU."""
    step = next(iter(held(result)), None)
    if step is None:
        return None
    return share(samples, step.started_at, step.started_at + step.duration_s)


def cpu_us_per_request(result: LoadResult, samples: Sequence[Sample]) -> float | None:
    """CPU time of a container per success of the hold, in microseconds."""
    step, used = next(iter(held(result)), None), hold_cpu(result, samples)
    if step is None or not step.completed or used is None:
        return None
    return used * step.duration_s * 1e6 / step.completed
