"""Everything derived from a run's record, compared with published results. Pure."""

from __future__ import annotations

from orchestrator.audit.results import audit_published
from orchestrator.claims import decide, told_of
from orchestrator.experiments.experiment import Surroundings
from orchestrator.model.published import Published
from orchestrator.model.record import RunRecord
from orchestrator.report.files import report_files
from orchestrator.report.own import is_own
from orchestrator.report.published import beside
from orchestrator.report.table import Table


def derived(record: RunRecord, around: Surroundings) -> dict[str, str]:
    """File name -> text, for the folder ``report/``."""
    own = is_own(record)  # what was published says nothing of it
    return report_files(
        record,
        published=None if own else around.published,
        beside=() if own else _beside(record, around.published),
        findings=around.findings,
        links=around.links,
        locks=around.locks,
    )


def _beside(record: RunRecord, published: Published) -> list[Table]:
    """Tables that compare published results with the run's, and decide the published claims."""
    audited = {table.file: audit_published(table) for table in published.tables}
    decided = decide(told_of(record, published.claims), record)
    return beside(record, published, decided, audited)
