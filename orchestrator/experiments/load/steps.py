"""One step of the load, with the CPU use of server and load generator during it. Pure."""

from __future__ import annotations

from dataclasses import replace

from labwire.events import LoadResult, LoadStep
from orchestrator.bench.shares import highest, share, throttled
from orchestrator.doubts.trial import step_caveats
from orchestrator.experiments.load.measure import closed
from orchestrator.experiments.load.observed import Observed
from orchestrator.model.trial import Step
from orchestrator.stats.histogram import merged, percentiles


def steps(result: LoadResult, observed: Observed) -> tuple[Step, ...]:
    """The steps of the closed loop, each with the doubts about it."""
    found = (step(result, load, observed) for load in closed(result))
    return tuple(replace(one, caveats=step_caveats(one)) for one in found)


def step(result: LoadResult, load: LoadStep, observed: Observed) -> Step:
    """A step of either loop; the load generator's numbers are those of its busiest worker."""
    begin, end = load.started_at, load.started_at + load.duration_s
    successes = percentiles(merged([load.histogram]))
    everything = percentiles(merged([load.all_histogram]))
    ages = percentiles(merged([load.pending_histogram]))
    return Step(
        phase=load.phase,
        started_s=load.started_at - result.started_at,
        duration_s=load.duration_s,
        users=load.users,
        requests=load.requests,
        failures=sum(load.failures.values()),
        failures_by_kind={kind: n for kind, n in load.failures.items() if n},
        unfinished=load.unfinished,
        goodput_rps=load.completed / load.duration_s,
        median_ms=successes.median_ms,
        p99_ms=successes.p99_ms,
        server_cpu=share(observed.server, begin, end),
        loadgen_cpu=highest(observed.workers, begin, end),
        all_median_ms=everything.median_ms,
        all_p99_ms=everything.p99_ms,
        pending=load.pending,
        pending_age_median_ms=ages.median_ms,
        pending_age_max_ms=ages.max_ms,
        answered_users=load.answered_users,
        in_flight=load.in_flight,
        connects=load.connects,
        connect_ms=load.connect_s / load.connects * 1000 if load.connects else None,
        server_closes=load.server_closes,
        loadgen_idle=load.idle,
        loadgen_lag_ms=load.lag_ms,
        server_throttled=share(observed.server, begin, end, throttled),
        loadgen_throttled=highest(observed.workers, begin, end, throttled),
        listen_overflows=load.listen_overflows if observed.one_namespace else None,
        server_steal=load.server_steal,
        loadgen_steal=load.loadgen_steal,
        server_cpu_used=load.server_cpu_used,
    )
