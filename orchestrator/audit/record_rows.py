"""The parts of a trial as rows, for rules that also check tables."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orchestrator.audit.row import ResultRow
from orchestrator.model.trial import OpenLoop, Resources, Step, Totals, TrialRecord


def label(trial: TrialRecord) -> str:
    """The trial's service, workload and repeat: ``flask json 1``."""
    return f"{trial.service} {trial.workload} {trial.repeat}"


def step_label(trial: TrialRecord, step: Step) -> str:
    """A label for a step: its trial, phase, start and users."""
    return f"{label(trial)}, {step.phase} at {step.started_s:.1f} s with {step.users} users"


def open_label(trial: TrialRecord, row: OpenLoop) -> str:
    """A label for one rate of the open loop."""
    return f"{label(trial)}, open loop at {row.rate:.0f}/s"


def counted_rows(trial: TrialRecord) -> tuple[ResultRow, ...]:
    """The totals, hold, steps and open loop, with their counts and the latencies of successes."""
    rows = [ResultRow(name=label(trial), failures_apart=False, used=_costs(trial.resources))]
    for name, part in (("totals", trial.totals), ("hold", trial.hold)):
        if part is not None:
            rows.append(_counted(f"{label(trial)}, {name}", part))
    for step in trial.steps:
        known = _known({50.0: step.median_ms, 99.0: step.p99_ms})
        row = ResultRow(name=step_label(trial, step), failures_apart=False, percentiles=known)
        rows.append(replace(row, requests=step.requests, failures=step.failures))
    open_loop = (_counted(open_label(trial, row), row, row.rate) for row in trial.open_loop)
    return (*rows, *open_loop)


def latency_rows(trial: TrialRecord) -> tuple[ResultRow, ...]:
    """Other latencies (all requests, service time, lateness): they have an order, but may be 0."""
    steps = [
        ResultRow(
            name=f"{step_label(trial, step)}, all requests",
            percentiles=_known({50.0: step.all_median_ms, 99.0: step.all_p99_ms}),
        )
        for step in trial.steps
    ]
    return (*steps, *(one for row in trial.open_loop for one in _others(trial, row)))


def _costs(used: Resources | None) -> dict[str, float]:
    names = ("cpu_us_per_request", "memory_idle_bytes", "memory_peak_bytes", "image_bytes")
    costs = {name: getattr(used, name, None) for name in names}
    return {name: float(number) for name, number in costs.items() if number is not None}


def _counted(name: str, part: Totals | OpenLoop, offered_rps: float | None = None) -> ResultRow:
    return ResultRow(
        name=name,
        requests=part.requests,
        failures=part.failures,
        failures_apart=False,
        offered_rps=offered_rps,
        percentiles=_known(
            {50.0: part.median_ms, 90.0: part.p90_ms, 99.0: part.p99_ms, 99.9: part.p999_ms}
        ),
        max_ms=part.max_ms,
    )


def _others(trial: TrialRecord, row: OpenLoop) -> Iterator[ResultRow]:
    for what, median_ms, p99_ms, max_ms in (
        ("service", row.service_median_ms, row.service_p99_ms, row.service_max_ms),
        ("all requests", None, row.all_p99_ms, row.all_max_ms),
        ("sent late", None, row.late_p99_ms, row.late_max_ms),
    ):
        known = _known({50.0: median_ms, 99.0: p99_ms})
        name = f"{open_label(trial, row)}, {what}"
        yield ResultRow(name=name, percentiles=known, max_ms=max_ms)


def _known(percentiles: dict[float, float | None]) -> dict[float, float]:
    return {percent: ms for percent, ms in percentiles.items() if ms is not None}
