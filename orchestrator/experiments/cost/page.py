"""A cost table as a small page, which needs no script and no network."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.experiments.cost.chart import drawings
from orchestrator.experiments.cost.explained import (
    HEADING,
    caveats,
    circumstances,
    consequences,
    reading,
    summary,
)
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.tables import pair_tables, parts_table, workload_tables
from orchestrator.experiments.cost.taxes import tax_tables
from orchestrator.experiments.cost.time_chart import stacks
from orchestrator.experiments.cost.time_tables import time_tables
from orchestrator.model.finding import Finding
from orchestrator.report.small_document import state
from orchestrator.report.small_page import coded, pictures, small_page
from orchestrator.report.templating import Links

PAGE, TEMPLATE = "index.html", "cost.html"


def page(
    record: CostRecord, *, findings: Sequence[Finding] = (), links: Links | None = None
) -> str:
    """The page as HTML. Text from outside is escaped.

    Args:
        findings: the audit's findings; records with contradictions are refused before.
    """
    links = links or Links()
    return small_page(
        TEMPLATE,
        record=record,
        heading=HEADING,
        summary=summary(record),
        consequences=list(consequences(record)),
        state=state(record),
        tables=workload_tables(record),
        taxes=tax_tables(record),
        times=time_tables(record),
        stacks=pictures(stacks(record)),
        pairs=pair_tables(record),
        parts=parts_table(record),
        pictures=pictures(drawings(record)),
        reading=coded(reading(record)),
        circumstances=list(circumstances(record)),
        caveats=list(caveats(record)),
        findings=findings,
        root=links.root,
        in_results=links.index,
    )
