"""The tables of a run's record: rows of finished text."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

from orchestrator.model.record import Outcome, RunRecord, TrialRecord
from orchestrator.report.open_loop import open_loop_tables
from orchestrator.report.table import MISSING, Table, three_digits, whole
from orchestrator.verdict import SERVER_CPU, UNKNOWN

AS_IN_2019 = (
    "Framework",
    "Total Request",
    "Request Per Second",
    "Median Response Time (ms)",
    "Failed Requests",
)
HEADLINE = (
    "Framework",
    "Rank",
    "Users",
    "Requests/s",
    "p50 (ms)",
    "p99 (ms)",
    "Drops from",
    "CPU µs/request",
    "Peak MB",
    "Limited by",
)


def tables(record: RunRecord) -> list[Table]:
    """For each workload: the 2019 table, the headline of the hold, the open loop if it has one."""
    found = []
    for workload in record.settings.workloads:
        groups = _groups(record, workload)
        found.append(
            Table(
                name=f"{workload}-2019",
                title=f"{workload}: the whole trial, as published in 2019",
                columns=AS_IN_2019,
                rows=tuple(_published(group) for group in groups),
            )
        )
        found.append(
            Table(
                name=f"{workload}-hold",
                title=f"{workload}: held at the best step without drops",
                columns=HEADLINE,
                rows=tuple(
                    _headline(group, place)
                    for place, group in enumerate(sorted(groups, key=_order), 1)
                ),
            )
        )
        found += open_loop_tables(workload, groups)
    return found


def _groups(record: RunRecord, workload: str) -> list[Sequence[TrialRecord]]:
    """The trials of one workload, one group of repeats for each service, in the 2019 order."""
    names = {t.service: t.server.name for t in record.trials}
    ordered = sorted(names, key=lambda service: (names[service] == "Django+Gunicorn", service))
    return [
        [t for t in record.trials if (t.service, t.workload) == (service, workload)]
        for service in ordered
    ]


def _published(group: Sequence[TrialRecord]) -> tuple[str, ...]:
    measured = [t.totals for t in group if t.outcome is Outcome.MEASURED and t.totals]
    name = group[0].server.name
    if not measured:
        return (name, *_why(group, len(AS_IN_2019) - 1))
    return (
        name,
        whole([t.requests for t in measured]),
        f"{median(t.rps for t in measured):,.2f}",
        three_digits([t.median_ms for t in measured]),
        whole([t.failures for t in measured]),
    )


def _headline(group: Sequence[TrialRecord], place: int) -> tuple[str, ...]:
    measured = _held(group)
    name = group[0].server.name
    if not measured:
        return (name, *_why(group, len(HEADLINE) - 1))
    holds = [t.hold for t in measured if t.hold]
    ranked = _ranked(measured)
    return (
        name,
        str(place) if ranked else MISSING,
        whole([t.hold_users for t in measured]),
        ("" if ranked else "≥ ") + whole([h.goodput_rps for h in holds]),
        three_digits([h.median_ms for h in holds]),
        three_digits([h.p99_ms for h in holds]),
        whole([t.breaking_users for t in measured]),
        whole([t.resources.cpu_us_per_request for t in measured if t.resources]),
        whole([_megabytes(t) for t in measured]),
        ", ".join(sorted({t.limited_by or UNKNOWN for t in measured})),
    )


def _held(group: Sequence[TrialRecord]) -> list[TrialRecord]:
    return [t for t in group if t.outcome is Outcome.MEASURED and t.hold]


def _ranked(measured: Sequence[TrialRecord]) -> bool:
    """Whether the server's CPU was the limit in every repeat: else the rate is "at least"."""
    return {t.limited_by for t in measured} == {SERVER_CPU}


def _order(group: Sequence[TrialRecord]) -> tuple[bool, bool, float]:
    """Those that are ranked, then the other measured ones, the fastest first; failed ones last."""
    measured = _held(group)
    rates = [t.hold.goodput_rps for t in measured if t.hold]
    return not rates, not _ranked(measured), -median(rates) if rates else 0.0


def _why(group: Sequence[TrialRecord], columns: int) -> tuple[str, ...]:
    """That it failed, and in which phase; the reason stands with the caveats."""
    ends = {f"{t.outcome} in {t.phase}" if t.phase else str(t.outcome) for t in group}
    return (", ".join(sorted(ends)), *[MISSING] * (columns - 1))


def _megabytes(trial: TrialRecord) -> float | None:
    peak = trial.resources.memory_peak_bytes if trial.resources else None
    return None if peak is None else peak / 1e6
