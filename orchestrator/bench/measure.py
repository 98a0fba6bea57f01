"""The load's result and the engine's samples become the record's numbers. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from itertools import pairwise

from orchestrator.model.load import LoadResult, LoadStep
from orchestrator.model.record import Resources, Step, Totals
from orchestrator.model.sample import Sample
from orchestrator.ports import ContainerState, Image
from orchestrator.stats import encoded, merged, percentiles

# The least part of a stretch that samples must span to speak for it.
COVERED = 0.5
HOLD = "hold"
RAMP = "ramp"


def totals(result: LoadResult) -> Totals:
    """The whole trial, as the 2019 table has it."""
    failures = sum(sum(step.failures.values()) for step in result.steps)
    requests = sum(step.requests for step in result.steps)
    return _totals(result.steps, requests, failures, requests - failures, result.duration_s)


def hold(result: LoadResult) -> Totals | None:
    """The steady part alone; None where the load ended before it."""
    steps = [step for step in result.steps if step.phase == HOLD]
    if not steps:
        return None
    return _totals(
        steps,
        requests=sum(step.requests for step in steps),
        failures=sum(sum(step.failures.values()) for step in steps),
        successes=sum(step.completed for step in steps),
        duration_s=sum(step.duration_s for step in steps),
    )


def _totals(
    steps: Sequence[LoadStep], requests: int, failures: int, successes: int, duration_s: float
) -> Totals:
    latencies = percentiles(merged(step.histogram for step in steps))
    return Totals(
        requests=requests,
        failures=failures,
        duration_s=duration_s,
        rps=requests / duration_s,
        goodput_rps=successes / duration_s,
        **asdict(latencies),
    )


def hold_histogram(result: LoadResult) -> str | None:
    """The hold's latencies as HdrHistogram V2; None without a hold."""
    texts = [step.histogram for step in result.steps if step.phase == HOLD]
    return encoded(merged(texts)) if texts else None


def breaking_users(result: LoadResult) -> int | None:
    """Users at the first step of the ramp with drops."""
    return next(
        (step.users for step in result.steps if step.phase == RAMP and any(step.failures.values())),
        None,
    )


def failures_by_kind(result: LoadResult) -> dict[str, int]:
    """Failures of the whole trial; kinds that did not occur are left out."""
    counts: Counter[str] = Counter()
    for step in result.steps:
        counts.update(step.failures)
    return {kind: n for kind, n in sorted(counts.items()) if n}


def steps(
    result: LoadResult, server: Sequence[Sample], workers: Iterable[Sequence[Sample]]
) -> tuple[Step, ...]:
    """The load's steps beside the CPU that server and busiest worker used in them."""
    loads = list(workers)
    found = []
    for step in result.steps:
        latencies = percentiles(merged([step.histogram]))
        begin, end = step.started_at, step.started_at + step.duration_s
        busiest = [
            cpu for cpu in (cpu_share(load, begin, end) for load in loads) if cpu is not None
        ]
        found.append(
            Step(
                phase=step.phase,
                started_s=step.started_at - result.started_at,
                duration_s=step.duration_s,
                users=step.users,
                requests=step.requests,
                failures=sum(step.failures.values()),
                failures_by_kind={kind: n for kind, n in step.failures.items() if n},
                unfinished=step.unfinished,
                goodput_rps=step.completed / step.duration_s,
                median_ms=latencies.median_ms,
                p99_ms=latencies.p99_ms,
                server_cpu=cpu_share(server, begin, end),
                loadgen_cpu=max(busiest, default=None),
            )
        )
    return tuple(found)


def cpu_share(samples: Sequence[Sample], begin: float, end: float) -> float | None:
    """CPU seconds per second between two moments (unix seconds), 1.0 = one whole CPU.

    Samples that lie inside tell exactly; where they span less than ``COVERED`` of the stretch
    (engines sample once a second, steps may be as short), the counter is interpolated at its
    ends. None where the samples do not cover it: a share of something else would be wrong.
    """
    if end <= begin:
        return None
    inside = [sample for sample in samples if begin <= sample.at <= end]
    if inside and inside[-1].at - inside[0].at >= COVERED * (end - begin):
        first, last = inside[0], inside[-1]
        return (last.cpu_s - first.cpu_s) / (last.at - first.at)
    if not samples:
        return None
    begin, wanted = max(begin, samples[0].at), end - begin
    end = min(end, samples[-1].at)
    used_before, used_after = _cpu_at(samples, begin), _cpu_at(samples, end)
    if used_before is None or used_after is None or end - begin < COVERED * wanted:
        return None
    return (used_after - used_before) / (end - begin)


def _cpu_at(samples: Sequence[Sample], at: float) -> float | None:
    for before, after in pairwise(samples):
        if before.at <= at <= after.at and after.at > before.at:
            share = (at - before.at) / (after.at - before.at)
            return before.cpu_s + share * (after.cpu_s - before.cpu_s)
    return None


def resources(
    result: LoadResult,
    samples: Sequence[Sample],
    idle: Sample | None,
    state: ContainerState,
    image: Image,
    start_s: float,
    stop_s: float | None,
) -> Resources:
    """What the server used. ``idle``: the sample between verification and load."""
    return Resources(
        cpu_us_per_request=_cpu_us_per_request(result, samples),
        memory_idle_bytes=idle.memory_bytes if idle else None,
        memory_peak_bytes=max((sample.memory_bytes for sample in samples), default=None),
        image_bytes=image.size_bytes,
        start_s=start_s,
        stop_s=stop_s,
        throttled_s=samples[-1].throttled_s - samples[0].throttled_s if samples else None,
        oom_killed=state.oom_killed,
        restarts=state.restarts,
    )


def _cpu_us_per_request(result: LoadResult, samples: Sequence[Sample]) -> float | None:
    hold_step = next((step for step in result.steps if step.phase == HOLD), None)
    if hold_step is None or not hold_step.completed:
        return None
    begin, end = hold_step.started_at, hold_step.started_at + hold_step.duration_s
    share = cpu_share(samples, begin, end)
    return None if share is None else share * hold_step.duration_s * 1e6 / hold_step.completed
