"""Each framework's quantities in a record, as intervals. One without a value is left out."""

from __future__ import annotations

import math
from collections.abc import Iterable

from orchestrator.doubts.trial import LOADGEN_BUSY
from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import OpenLoop, Outcome, TrialRecord
from orchestrator.stats.interval import CPU_MARGIN, Interval, exact, interval
from orchestrator.stats.tukey import intervals

Intervals = dict[str, Interval]
"""Service -> interval."""
OTHER_WORK = frozenset({Limit.MEMORY, Limit.ERRORS})
"""Limits of trials in which the server did not do the work that the workload asks for."""


def measured(record: RunRecord, workload: str | None = None) -> Iterable[TrialRecord]:
    """The trials that were measured, of one workload or of all."""
    for trial in record.trials:
        if trial.outcome is Outcome.MEASURED and workload in {None, trial.workload}:
            yield trial


def rates(record: RunRecord, workload: str) -> Intervals:
    """Successes/s in the hold; a lower bound unless the server's CPU was the limit in each."""
    found, bounds = {}, set()
    for service, trials in _by_service(measured(record, workload)).items():
        held = [(t.repeat, t.hold.goodput_rps, t.limited_by) for t in trials if t.hold]
        if held:
            found[service] = [(repeat, rate) for repeat, rate, _ in held]
        if any(limit != Limit.SERVER_CPU for _, _, limit in held):
            bounds.add(service)
    return intervals(found, bounds)


def medians(record: RunRecord, workload: str) -> Intervals:
    """Median latency (ms) at the common arrival rate (open loop)."""
    found = {}
    for service, trials in _by_service(measured(record, workload)).items():
        rows = [row for trial in trials for row in trial.open_loop if row.of_capacity is None]
        shared = record.layout.shared
        told = [
            (row.median_ms, *_bounds(row, row.median_ms, shared)) for row in rows if row.median_ms
        ]
        if told:
            values, lows, highs = zip(*told, strict=True)
            found[service] = interval(values, lows, highs)
    return found


def cpu_times(record: RunRecord, workload: str) -> Intervals:
    """The server's CPU time per success (µs) at the common arrival rate (open loop)."""
    found: dict[str, list[tuple[int, float]]] = {}
    for trial in measured(record, workload):
        for row in trial.open_loop:
            if row.of_capacity is None and row.cpu_us_per_request:
                costs = found.setdefault(trial.service, [])
                costs.append((trial.repeat, row.cpu_us_per_request))
    return intervals(found, margin=CPU_MARGIN)


def hold_costs(record: RunRecord, workload: str) -> Intervals:
    """The server's CPU time per success (µs) in the hold. What it waits for is no part of it.

    Services that did other work in any repeat, because requests failed or memory ran out, have no
    interval: theirs would widen those of all others.
    """
    found: dict[str, list[tuple[int, float]]] = {}
    other = {t.service for t in measured(record, workload) if t.limited_by in OTHER_WORK}
    for trial in measured(record, workload):
        if trial.resources and trial.resources.cpu_us_per_request and trial.service not in other:
            costs = found.setdefault(trial.service, [])
            costs.append((trial.repeat, trial.resources.cpu_us_per_request))
    return intervals(found)


def _bounds(row: OpenLoop, median_ms: float, shared: bool) -> tuple[float, float]:
    """The lowest and the highest possible median (ms) without the load generator's own delay.

    Latency counts from the moment at which a request was due. So a load generator that sends late
    makes it longer, in 99 of 100 requests by at most `late_p99_ms`. A load generator that had no
    CPU time left, or that shares the server's CPU, adds an unknown amount, so the lower bound is 0.
    If the server fell behind, latency grows with the duration of the test, so there is no upper
    bound.
    """
    busy = any(caveat.code == LOADGEN_BUSY.code for caveat in row.caveats)
    full = busy or row.limited_by == Limit.LOADGEN_CPU
    if full or shared or row.late_p99_ms is None:
        return 0.0, median_ms
    least = max(0.0, median_ms - row.late_p99_ms)
    return least, median_ms if row.limited_by == Limit.SCHEDULE else math.inf


def memory(record: RunRecord, _workload: str) -> Intervals:
    """Memory before the load (MB), from trials of all workloads, since the server is the same."""
    found = {}
    for service, trials in _by_service(measured(record)).items():
        sizes = [t.resources.memory_idle_bytes for t in trials if t.resources]
        if known := [size / 1e6 for size in sizes if size is not None]:
            found[service] = interval(known)
    return found


def disk(record: RunRecord, _workload: str) -> Intervals:
    """Size of the installed framework with its dependencies (MB). It does not vary."""
    found = {}
    for trial in record.trials:
        package = trial.server.package
        if package and package.install_bytes is not None:
            found[trial.service] = exact(package.install_bytes / 1e6)
    return found


def _by_service(trials: Iterable[TrialRecord]) -> dict[str, list[TrialRecord]]:
    found: dict[str, list[TrialRecord]] = {}
    for trial in trials:
        found.setdefault(trial.service, []).append(trial)
    return found
