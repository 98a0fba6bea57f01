"""A cross-check's tables: who was how fast, and who counted what."""

from __future__ import annotations

from orchestrator.compare import Agreement, Summary, summary
from orchestrator.model.crosscheck import CrossCheck
from orchestrator.report.table import FRAMEWORK, Column, Row, Table, Value, percent, whole

RATES = (
    FRAMEWORK,
    Column(key="ratio", title="Lab / wrk", show="{:.3f}".format),
    Column(key="interval", title="95 % interval"),
    Column(key="within_5_percent", title="Within 5 %"),
    Column(key="lab_rps", title="Lab (requests/s)", show=whole),
    Column(key="wrk_rps", title="wrk (requests/s)", show=whole),
    Column(key="lab_idle", title="Lab's worker idle", show=percent),
    Column(key="lab_failures", title="Failures: lab", show=whole),
    Column(key="wrk_failures", title="Failures: wrk", show=whole),
)
COUNTS = (
    FRAMEWORK,
    Column(key="lab", title="Lab: answered + under way"),
    Column(key="lab_seen", title="Server's end saw", show=whole),
    Column(key="lab_agrees", title="Agree"),
    Column(key="wrk", title="wrk: answered + at most under way"),
    Column(key="wrk_seen", title="Server's end saw", show=whole),
    Column(key="wrk_agrees", title="Agree"),
    Column(key="sent_again", title="Segments sent again", show=whole),
    Column(key="wrk_wrong", title="wrk: wrong answers", show=whole),
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


def _rates(name: str, row: Summary) -> Row:
    ratio = row.ratio
    interval = None
    if ratio and ratio.low is not None and ratio.high is not None:
        interval = f"{ratio.low:.3f} to {ratio.high:.3f}"
    cells = (
        name,
        ratio.median if ratio else None,
        interval,
        row.within_5_percent,
        row.lab_rps,
        row.wrk_rps,
        row.lab_idle,
        row.lab_failures if ratio else None,
        row.wrk_failures if ratio else None,
    )
    return Row(cells=cells)


def _counts(name: str, row: Summary) -> Row:
    lab, wrk = row.lab_counts, row.wrk_counts
    again = sum(count.sent_again for count in (lab, wrk) if count) if lab or wrk else None
    return Row(cells=(name, *_agreement(lab), *_agreement(wrk), again, row.wrk_wrong))


def _agreement(count: Agreement | None) -> tuple[Value, Value, Value]:
    if count is None:
        return None, None, None
    verdict = "exactly" if count.exact else "yes" if count.agrees else "no"
    return f"{count.answered:,} + {count.under_way:,}", count.seen, verdict
