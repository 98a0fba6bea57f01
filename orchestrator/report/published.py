"""What was published beside what was measured here, and what became of its claims."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.model.finding import Finding, Kind
from orchestrator.model.published import Decision, Published, PublishedRow, PublishedTable
from orchestrator.model.record import RunRecord
from orchestrator.report.group import Group, groups, rate_of
from orchestrator.report.perks import perks_table
from orchestrator.report.table import (
    FRAMEWORK,
    Column,
    Row,
    Table,
    Value,
    middle,
    three_digits,
    whole,
)

Findings = Mapping[str, Sequence[Finding]]
"""What `lab audit` finds in each published table, by `PublishedTable.file`."""
NO_FINDING = "nothing found"
AS_PRINTED = "{:,.10g}".format
"""With the digits that were published, and no more."""


def beside(
    record: RunRecord, published: Published, decisions: Sequence[Decision], findings: Findings
) -> list[Table]:
    """All tables about a publication, in the order in which a report shows them."""
    return [
        *published_tables(record, published, findings),
        perks_table(record, published),
        claims_table(decisions),
    ]


def published_tables(record: RunRecord, published: Published, findings: Findings) -> list[Table]:
    """For each workload of the run that was published: the published row beside ours."""
    year = published.source.date[:4]
    by_workload = {table.workload: table for table in published.tables}
    return [
        _table(by_workload[workload], groups(record, workload), findings, year)
        for workload in record.settings.workloads
        if workload in by_workload
    ]


def claims_table(decisions: Sequence[Decision]) -> Table:
    """Each claim, what became of it, and why."""
    return Table(
        name="claims",
        title="What was claimed, and what this run says of it",
        columns=(
            Column(key="claim", title="Claim"),
            Column(key="verdict", title="Verdict", words=True),
            Column(key="why", title="What this run says", words=True),
        ),
        rows=tuple(
            Row(cells=(decision.claim.text, str(decision.verdict), decision.text))
            for decision in decisions
        ),
    )


def _table(
    published: PublishedTable, measured: Sequence[Group], findings: Findings, year: str
) -> Table:
    groups_by_service = {group.service: group for group in measured}
    rows_by_service = {row.service: row for row in published.rows}
    found = findings.get(published.file)
    return Table(
        name=f"published-{published.workload}",
        title=f"{published.workload}: published in {year} and measured here",
        columns=_columns(year),
        rows=tuple(
            _row(rows_by_service.get(service), groups_by_service.get(service), found)
            for service in dict.fromkeys([*rows_by_service, *groups_by_service])
        ),
    )


def _columns(year: str) -> tuple[Column, ...]:
    return (
        FRAMEWORK,
        Column(key="rps_published", title=f"Requests/s {year}", show=AS_PRINTED),
        Column(key="rps", title="Requests/s here", show=whole),
        Column(key="median_ms_published", title=f"p50 {year} (ms)", show=AS_PRINTED),
        Column(key="median_ms", title="p50 here, at the common rate (ms)", show=three_digits),
        Column(key="failures_published", title=f"Failed {year}", show=whole),
        Column(key="failures", title="Failed here, whole trial", show=whole),
        Column(key="limited_by", title="Limited by, here", words=True),
        Column(key="audit", title=f"Audit of {year}", words=True),
    )


def _row(
    published: PublishedRow | None, group: Group | None, findings: Sequence[Finding] | None
) -> Row:
    name = published.name if published else group.name if group else ""
    cells: tuple[Value, ...] = (
        name,
        published.rps if published else None,
        rate_of(group) if group else None,
        published.median_ms if published else None,
        middle([row.median_ms for row in group.open_loop(None)]) if group else None,
        published.failures if published else None,
        group.middle(lambda t: t.totals.failures if t.totals else None) if group else None,
        # In place of what limited it, how it ended: a note would stand in a column of the past.
        (group.limited_by or group.why) if group else None,
        _audit(name, findings) if published and findings is not None else None,
    )
    return Row(cells=cells)


def _audit(name: str, findings: Sequence[Finding]) -> str:
    """The rules that a row breaks; where two of its numbers cannot both be right, both of them."""
    told = dict.fromkeys(_told(f) for f in findings if name in f.row.split(", "))
    return ", ".join(told) or NO_FINDING


def _told(finding: Finding) -> str:
    if finding.kind is Kind.DOUBT or finding.seen is None or finding.expected is None:
        return finding.rule
    seen, expected = (
        value if isinstance(value, str) else three_digits(value)
        for value in (finding.seen, finding.expected)
    )
    return f"{finding.rule} ({seen}, not {expected})"
