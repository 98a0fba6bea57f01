"""Rows of the open loop: constant arrival rates, latency from the intended send time. Pure."""

from __future__ import annotations

from dataclasses import replace

from labwire.events import LoadResult, LoadStep
from orchestrator.doubts.trial import open_loop_caveats
from orchestrator.experiments.load.observed import Observed
from orchestrator.experiments.load.steps import step
from orchestrator.limits import open_loop_limited_by
from orchestrator.model.trial import OpenLoop, Resources, Step
from orchestrator.stats.histogram import Percentiles, merged, percentiles


def open_loop(result: LoadResult, observed: Observed, used: Resources) -> tuple[OpenLoop, ...]:
    """One row for each rate; empty where the trial had no open loop.

    Args:
        used: the trial's resources, for what limited each row.
    """
    return tuple(
        _row(result, load, load.rate, observed, used)
        for load in result.steps
        if load.rate is not None
    )


def _row(
    result: LoadResult, load: LoadStep, rate: float, observed: Observed, used: Resources
) -> OpenLoop:
    seen = step(result, load, observed)
    intended, service = percentiles(merged([load.histogram])), _of(load.service_histogram)
    everything, late = percentiles(merged([load.all_histogram])), _of(load.late_histogram)
    row = OpenLoop(
        rate=rate,
        of_capacity=load.of_capacity,
        started_s=seen.started_s,
        duration_s=seen.duration_s,
        connections=seen.users,
        requests=seen.requests,
        failures=seen.failures,
        failures_by_kind=seen.failures_by_kind,
        unfinished=seen.unfinished,
        goodput_rps=seen.goodput_rps,
        median_ms=intended.median_ms,
        p90_ms=intended.p90_ms,
        p99_ms=intended.p99_ms,
        p999_ms=intended.p999_ms,
        max_ms=intended.max_ms,
        all_p99_ms=everything.p99_ms,
        all_max_ms=everything.max_ms,
        service_median_ms=service.median_ms,
        service_p99_ms=service.p99_ms,
        service_max_ms=service.max_ms,
        late_p99_ms=late.p99_ms,
        late_max_ms=late.max_ms,
        server_cpu=seen.server_cpu,
        loadgen_cpu=seen.loadgen_cpu,
        loadgen_idle=seen.loadgen_idle,
        loadgen_lag_ms=seen.loadgen_lag_ms,
        server_steal=seen.server_steal,
        loadgen_steal=seen.loadgen_steal,
        cpu_us_per_request=_cpu_us(seen),
        connects=load.connects,
        limited_by=open_loop_limited_by(seen, rate, used, shared=observed.shared),
        histogram=load.histogram,
    )
    return replace(row, caveats=open_loop_caveats(row))


def _cpu_us(seen: Step) -> float | None:
    if seen.server_cpu is None or not seen.goodput_rps:
        return None
    return seen.server_cpu / seen.goodput_rps * 1e6


def _of(histogram: str | None) -> Percentiles:
    return percentiles(merged([histogram] if histogram else []))
