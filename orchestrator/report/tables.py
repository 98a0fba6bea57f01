"""The record's tables: rows of text, as Markdown and CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from orchestrator.model.record import Outcome, RunRecord, TrialRecord

MISSING = "-"
AS_IN_2019 = (
    "Framework",
    "Total Request",
    "Request Per Second",
    "Median Response Time (ms)",
    "Failed Requests",
)
HEADLINE = (
    "Framework",
    "Users",
    "Requests/s",
    "p50 (ms)",
    "p99 (ms)",
    "Drops from",
    "CPU µs/request",
    "Peak MB",
    "Limited by",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A title, the column names and rows of finished text; the first column is left-aligned."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def tables(record: RunRecord) -> list[Table]:
    """The 2019 table and the headline of the hold, for each workload of the run."""
    found = []
    for workload in record.settings.workloads:
        groups = _groups(record, workload)
        found.append(
            Table(
                title=f"{workload}: the whole trial, as published in 2019",
                columns=AS_IN_2019,
                rows=tuple(_published(group) for group in groups),
            )
        )
        found.append(
            Table(
                title=f"{workload}: held at the best step without drops",
                columns=HEADLINE,
                rows=tuple(_headline(group) for group in sorted(groups, key=_rank)),
            )
        )
    return found


def markdown(table: Table) -> str:
    """A Markdown table; what came from outside cannot break out of its cell."""
    lines = [f"| {' | '.join(table.columns)} |"]
    lines.append("|---|" + "---:|" * (len(table.columns) - 1))
    lines += [f"| {' | '.join(one_line(text) for text in row)} |" for row in table.rows]
    return "\n".join(lines) + "\n"


def csv_text(table: Table) -> str:
    """The same table as CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(table.columns)
    writer.writerows(table.rows)
    return out.getvalue()


def one_line(text: str) -> str:
    """Text from outside as Markdown that stays in its line and cell, and brings no HTML."""
    text = " ".join(text.splitlines())
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


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
        _number(median(t.requests for t in measured)),
        f"{median(t.rps for t in measured):,.2f}",
        _latency([t.median_ms for t in measured]),
        _number(median(t.failures for t in measured)),
    )


def _headline(group: Sequence[TrialRecord]) -> tuple[str, ...]:
    measured = [t for t in group if t.outcome is Outcome.MEASURED and t.hold]
    name = group[0].server.name
    if not measured:
        return (name, *_why(group, len(HEADLINE) - 1))
    holds = [t.hold for t in measured if t.hold]
    verdicts = sorted({t.limited_by or "unknown" for t in measured})
    at_least = "" if verdicts == ["server-cpu"] else "≥ "
    return (
        name,
        _middle([t.hold_users for t in measured], "{:,.0f}"),
        at_least + f"{median(h.goodput_rps for h in holds):,.0f}",
        _latency([h.median_ms for h in holds]),
        _latency([h.p99_ms for h in holds]),
        _middle([t.breaking_users for t in measured], "{:,.0f}"),
        _middle([t.resources.cpu_us_per_request for t in measured if t.resources], "{:,.0f}"),
        _middle([_megabytes(t) for t in measured], "{:,.0f}"),
        ", ".join(verdicts),
    )


def _rank(group: Sequence[TrialRecord]) -> tuple[bool, float]:
    """Fastest first, measured before failed."""
    rates = [t.hold.goodput_rps for t in group if t.outcome is Outcome.MEASURED and t.hold]
    return not rates, -median(rates) if rates else 0.0


def _why(group: Sequence[TrialRecord], columns: int) -> tuple[str, ...]:
    """That it failed, and in which phase; the reason stands with the caveats."""
    ends = {f"{t.outcome} in {t.phase}" if t.phase else str(t.outcome) for t in group}
    return (", ".join(sorted(ends)), *[MISSING] * (columns - 1))


def _megabytes(trial: TrialRecord) -> float | None:
    peak = trial.resources.memory_peak_bytes if trial.resources else None
    return None if peak is None else peak / 1e6


def _latency(values: Sequence[float | None]) -> str:
    known = [value for value in values if value is not None]
    if not known:
        return MISSING
    middle = median(known)
    return f"{middle:,.0f}" if middle >= 100 else f"{middle:.3g}"


def _number(value: float) -> str:
    return f"{value:,.0f}"


def _middle(values: Sequence[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return form.format(median(known)) if known else MISSING
