"""Tables that compare a publication with a run: results, perks and claims."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.model.finding import Finding, Kind
from orchestrator.model.published import Decision, Published, PublishedRow, PublishedTable
from orchestrator.model.record import RunRecord
from orchestrator.report.column import Column, Value, framework, three_digits, whole
from orchestrator.report.group import Group, groups, rate_of
from orchestrator.report.open_loop import median_ms
from orchestrator.report.perks import perks_table
from orchestrator.report.table import Table, make_table

Findings = Mapping[str, Sequence[Finding]]
"""`PublishedTable.file` -> the audit's findings about that table."""
NO_FINDING = "nothing found"
AS_PRINTED = "{:,.10g}".format
"""Shows a number with the digits that were published."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Both:
    """One framework as published and as measured here; None if it was not.

    ``group`` may be another way to serve it than the published one.
    ``findings``: the audit's findings about the published table; None if it was not audited.
    """

    published: PublishedRow | None
    group: Group | None
    findings: Sequence[Finding] | None

    @property
    def name(self) -> str:
        """The published name, or the lab's if it is served in another way or was not published."""
        group, published = self.group, self.published
        if group and (published is None or published.service != group.service):
            return group.name
        return published.name if published else ""


CLAIMS: tuple[Column[Decision], ...] = (
    Column("claim", "Claim", lambda decision: decision.claim.text),
    Column("verdict", "Verdict", lambda decision: str(decision.verdict), words=True),
    Column("why", "What this run says", lambda decision: decision.text, words=True),
)


def beside(
    record: RunRecord, published: Published, decisions: Sequence[Decision], findings: Findings
) -> list[Table]:
    """All tables about a publication, in the report's order."""
    return [
        *published_tables(record, published, findings),
        perks_table(record, published),
        *([claims_table(decisions)] if decisions else []),
    ]


def published_tables(record: RunRecord, published: Published, findings: Findings) -> list[Table]:
    """A table for each workload that was also published: published rows beside ours.

    There is none if the run has no framework that was published, as a run of the set base.
    """
    year = published.source.date[:4]
    by_workload = {table.workload: table for table in published.tables}
    tables = []
    for workload in record.settings.workloads:
        measured = groups(record, workload)
        if workload in by_workload:
            rows = _rows(by_workload[workload], measured, findings)
            if not measured or any(row.published and row.group for row in rows):
                tables.append(_table(workload, rows, year))
    return tables


def claims_table(decisions: Sequence[Decision]) -> Table:
    """Each claim, the verdict, and the reason."""
    return make_table(
        name="claims",
        title="What was claimed, and what this run says about it",
        columns=CLAIMS,
        rows=decisions,
    )


def _rows(
    published: PublishedTable, measured: Sequence[Group], findings: Findings
) -> tuple[Both, ...]:
    """Published rows, each with the row of the framework's name or else its other ways to serve."""
    found = findings.get(published.file)
    own = {group.service: group for group in measured}
    ways: dict[str, list[Group]] = {}
    for group in measured:
        ways.setdefault(group.framework, []).append(group)
    pairs: list[tuple[PublishedRow | None, Group | None]] = []
    for row in published.rows:
        mine = [own[row.service]] if row.service in own else ways.get(row.service, [None])
        pairs += [(row, group) for group in mine]
    shown = {group.service for _, group in pairs if group}
    pairs += [(None, group) for group in measured if group.service not in shown]
    return tuple(Both(published=row, group=group, findings=found) for row, group in pairs)


def _table(workload: str, rows: Sequence[Both], year: str) -> Table:
    return make_table(
        name=f"published-{workload}",
        title=f"{workload}: published in {year} and measured here",
        columns=_columns(year),
        rows=rows,
    )


def _columns(year: str) -> tuple[Column[Both], ...]:
    return (
        framework(lambda both: both.name),
        Column("rps_published", f"Requests/s {year}", _then(lambda r: r.rps), show=AS_PRINTED),
        Column("rps", "Requests/s here", _here(rate_of), show=whole),
        Column(
            "median_ms_published", f"p50 {year} (ms)", _then(lambda r: r.median_ms), show=AS_PRINTED
        ),
        Column(
            "median_ms", "p50 here, at the common rate (ms)", _here(_median_ms), show=three_digits
        ),
        Column("failures_published", f"Failed {year}", _then(lambda r: r.failures), show=whole),
        Column("failures", "Failed here, whole trial", _here(_failures), show=whole),
        # Without a limit, this shows how the trial ended. A note would land in a column of 2019.
        Column(
            "limited_by", "Limited by, here", _here(lambda g: g.limited_by or g.why), words=True
        ),
        Column("audit", f"Audit of {year}", _audit, words=True),
    )


def _then(of: Callable[[PublishedRow], Value]) -> Callable[[Both], Value]:
    return lambda both: of(both.published) if both.published else None


def _here(of: Callable[[Group], Value]) -> Callable[[Both], Value]:
    return lambda both: of(both.group) if both.group else None


def _median_ms(group: Group) -> float | None:
    return median_ms(group.open_loop(None))


def _failures(group: Group) -> float | None:
    return group.median(lambda trial: trial.totals.failures if trial.totals else None)


def _audit(both: Both) -> str | None:
    """The rules that a row breaks. A contradiction shows its two numbers, too."""
    if both.published is None or both.findings is None:
        return None
    told = dict.fromkeys(_told(f) for f in both.findings if both.name in f.row.split(", "))
    return ", ".join(told) or NO_FINDING


def _told(finding: Finding) -> str:
    if finding.kind is Kind.DOUBT or finding.seen is None or finding.expected is None:
        return finding.rule
    seen, expected = (
        value if isinstance(value, str) else three_digits(value)
        for value in (finding.seen, finding.expected)
    )
    return f"{finding.rule} ({seen}, not {expected})"
