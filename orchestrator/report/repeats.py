"""The table of a row's trials."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Totals, TrialRecord
from orchestrator.report.column import Column, Value, known_median, percent, three_digits, whole
from orchestrator.report.fixed_rate import ranks_by_cost
from orchestrator.report.group import Group, stolen
from orchestrator.report.table import Table, make_table


def _held(of: Callable[[Totals], Value]) -> Callable[[TrialRecord], Value]:
    return lambda trial: of(trial.hold) if trial.hold else None


def _memory_peak_mb(trial: TrialRecord) -> float | None:
    peak = trial.resources.memory_peak_bytes if trial.resources else None
    return peak / 1e6 if peak else None


def _kinds(trial: TrialRecord) -> str | None:
    kinds = ", ".join(f"{n:,} {kind}" for kind, n in trial.failures_by_kind.items())
    return kinds or ("none" if trial.totals else None)


def _open_cpu_us(trial: TrialRecord) -> float | None:
    common = [row.cpu_us_per_request for row in trial.open_loop if row.of_capacity is None]
    return known_median(common)


REPEATS: tuple[Column[TrialRecord], ...] = (
    Column("repeat", "Repeat", lambda trial: trial.repeat),
    Column("order", "Trial", lambda trial: trial.order),
    Column("outcome", "Outcome", lambda trial: str(trial.outcome), words=True),
    Column("users", "Users", lambda trial: trial.hold_users, show=whole),
    Column("goodput_rps", "Requests/s", _held(lambda h: h.goodput_rps), show=whole),
    Column("p50_ms", "p50 (ms)", _held(lambda h: h.median_ms), show=three_digits),
    Column("p90_ms", "p90 (ms)", _held(lambda h: h.p90_ms), show=three_digits),
    Column("p99_ms", "p99 (ms)", _held(lambda h: h.p99_ms), show=three_digits),
    Column("p999_ms", "p99.9 (ms)", _held(lambda h: h.p999_ms), show=three_digits),
    Column("max_ms", "Max (ms)", _held(lambda h: h.max_ms), show=three_digits),
    Column("failures", "Failures in the hold", _held(lambda h: h.failures), show=whole),
    Column("breaking_users", "Drops from", lambda trial: trial.breaking_users, show=whole),
    Column("memory_peak_mb", "Peak MB", _memory_peak_mb, show=whole),
    Column("failures_by_kind", "Failures of the trial", _kinds, words=True),
    Column("limited_by", "Limited by", lambda trial: trial.limited_by, words=True),
)
STOLEN = Column("steal", "Stolen", stolen, show=percent)
COST = Column("open_cpu_us", "CPU µs/request at the common rate", _open_cpu_us, show=three_digits)


def repeats(record: RunRecord, group: Group) -> Table:
    """A row for each trial, also for those that were not measured."""
    return make_table(
        name="repeats",
        title="Its trials",
        columns=(
            *REPEATS,
            *((STOLEN,) if any(stolen(trial) is not None for trial in group.trials) else ()),
            *((COST,) if ranks_by_cost(record) else ()),
        ),
        rows=group.trials,
    )
