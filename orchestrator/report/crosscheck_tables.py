"""A cross-check's tables: who was how fast, and who counted what."""

from __future__ import annotations

from orchestrator.compare import Agreement, Summary, summary
from orchestrator.model.crosscheck import CrossCheck
from orchestrator.report.table import MISSING, Table

RATES = (
    "Framework",
    "Lab / wrk",
    "95 % interval",
    "Within 5 %",
    "Lab (requests/s)",
    "wrk (requests/s)",
    "Lab's worker idle",
    "Failures: lab",
    "Failures: wrk",
)
COUNTS = (
    "Framework",
    "Lab: answered + under way",
    "Server's end saw",
    "Agree",
    "wrk: answered + at most under way",
    "Server's end saw",
    "Agree",
    "Segments sent again",
    "wrk: wrong answers",
)


def summaries(record: CrossCheck) -> list[Summary]:
    """A row for each service that was begun."""
    return [summary(check, record.settings.connections) for check in record.services]


def rates(record: CrossCheck) -> Table:
    """Who was how fast."""
    names = {check.service: check.name for check in record.services}
    rows = tuple(_rates(names[row.service], row) for row in summaries(record))
    title = f"{record.settings.workload}: the lab's client and wrk"
    return Table(name="rates", title=title, columns=RATES, rows=rows)


def counts(record: CrossCheck) -> Table:
    """Who counted what, beside what the kernel saw at the server's end."""
    names = {check.service: check.name for check in record.services}
    rows = tuple(_counts(names[row.service], row) for row in summaries(record))
    return Table(name="counts", title="Counted by both ends", columns=COUNTS, rows=rows)


def _rates(name: str, row: Summary) -> tuple[str, ...]:
    ratio = row.ratio
    interval = MISSING
    if ratio and ratio.low is not None and ratio.high is not None:
        interval = f"{ratio.low:.3f} to {ratio.high:.3f}"
    return (
        name,
        f"{ratio.median:.3f}" if ratio else MISSING,
        interval,
        row.within_5_percent or MISSING,
        _number(row.lab_rps),
        _number(row.wrk_rps),
        MISSING if row.lab_idle is None else f"{row.lab_idle:.0%}",
        _number(row.lab_failures) if ratio else MISSING,
        _number(row.wrk_failures) if ratio else MISSING,
    )


def _counts(name: str, row: Summary) -> tuple[str, ...]:
    lab, wrk = row.lab_counts, row.wrk_counts
    again = sum(count.sent_again for count in (lab, wrk) if count)
    return (
        name,
        *_agreement(lab),
        *_agreement(wrk),
        f"{again:,}" if lab or wrk else MISSING,
        _number(row.wrk_wrong),
    )


def _agreement(count: Agreement | None) -> tuple[str, str, str]:
    if count is None:
        return MISSING, MISSING, MISSING
    verdict = "exactly" if count.exact else "yes" if count.agrees else "no"
    return f"{count.answered:,} + {count.under_way:,}", f"{count.seen:,}", verdict


def _number(value: float | None) -> str:
    return MISSING if value is None else f"{value:,.0f}"
