"""A cross-check's tables: each client's rate, and what each end counted."""

from __future__ import annotations

from orchestrator.experiments.crosscheck.ratios import Agreement, ServiceRow, service_row
from orchestrator.experiments.crosscheck.record import CrossCheck
from orchestrator.report.column import Column, framework, percent, whole
from orchestrator.report.table import Table, make_table


def _interval(row: ServiceRow) -> str | None:
    ratio = row.ratio
    if ratio is None or ratio.low is None or ratio.high is None:
        return None
    return f"{ratio.low:.3f} to {ratio.high:.3f}"


def _counted(count: Agreement | None) -> str | None:
    return f"{count.answered:,} + {count.under_way:,}" if count else None


def _seen(count: Agreement | None) -> int | None:
    return count.seen if count else None


def _agrees(count: Agreement | None) -> str | None:
    if count is None:
        return None
    return "exactly" if count.exact else "yes" if count.agrees else "no"


def _sent_again(row: ServiceRow) -> int | None:
    known = [count for count in (row.lab_counts, row.wrk_counts) if count]
    return sum(count.sent_again for count in known) if known else None


RATES: tuple[Column[ServiceRow], ...] = (
    Column(
        "ratio", "Lab / wrk", lambda r: r.ratio.median if r.ratio else None, show="{:.3f}".format
    ),
    Column("interval", "95 % interval", _interval),
    Column("within_5_percent", "Within 5 %", lambda r: r.within_5_percent),
    Column("lab_rps", "Lab (requests/s)", lambda r: r.lab_rps, show=whole),
    Column("wrk_rps", "wrk (requests/s)", lambda r: r.wrk_rps, show=whole),
    Column("lab_idle", "Lab's worker idle", lambda r: r.lab_idle, show=percent),
    Column(
        "lab_failures", "Failures: lab", lambda r: r.lab_failures if r.ratio else None, show=whole
    ),
    Column(
        "wrk_failures", "Failures: wrk", lambda r: r.wrk_failures if r.ratio else None, show=whole
    ),
)
SPENT: tuple[Column[ServiceRow], ...] = (
    Column("pairs", "Pairs", lambda r: r.pairs, show=whole),
    Column("seconds", "Seconds", lambda r: r.seconds, show=whole),
)
COUNTS: tuple[Column[ServiceRow], ...] = (
    Column("lab", "Lab: answered + under way", lambda r: _counted(r.lab_counts)),
    Column("lab_seen", "Server's end saw", lambda r: _seen(r.lab_counts), show=whole),
    Column("lab_agrees", "Agree", lambda r: _agrees(r.lab_counts)),
    Column("wrk", "wrk: answered + at most under way", lambda r: _counted(r.wrk_counts)),
    Column("wrk_seen", "Server's end saw", lambda r: _seen(r.wrk_counts), show=whole),
    Column("wrk_agrees", "Agree", lambda r: _agrees(r.wrk_counts)),
    Column("sent_again", "Segments sent again", _sent_again, show=whole),
    Column("wrk_wrong", "wrk: wrong answers", lambda r: r.wrk_wrong, show=whole),
)


def service_rows(record: CrossCheck) -> list[ServiceRow]:
    """A row for each service whose check has begun."""
    return [service_row(check, record.settings.connections) for check in record.services]


def rates(record: CrossCheck) -> Table:
    """Each client's rate, and their ratio."""
    title = f"{record.settings.workload}: the lab's client and wrk"
    columns = (*RATES, *SPENT) if record.short_slices else RATES
    return _table(record, "rates", title, columns)


def counts(record: CrossCheck) -> Table:
    """What each client counted, and what the kernel saw at the server's end."""
    return _table(record, "counts", "Counted by both ends", COUNTS)


def _table(
    record: CrossCheck, name: str, title: str, columns: tuple[Column[ServiceRow], ...]
) -> Table:
    names = {check.service: check.name for check in record.services}
    return make_table(
        name=name,
        title=title,
        columns=(framework(lambda row: names[row.service]), *columns),
        rows=service_rows(record),
    )
