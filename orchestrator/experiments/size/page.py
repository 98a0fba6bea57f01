"""Sizes as a small page, which needs no script and no network."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.experiments.size.chart import drawings
from orchestrator.experiments.size.explained import (
    HEADING,
    caveats,
    circumstances,
    consequences,
    reading,
    summary,
)
from orchestrator.experiments.size.record import SizeRecord
from orchestrator.experiments.size.tables import probes, sizes
from orchestrator.model.finding import Finding
from orchestrator.report.small_document import state
from orchestrator.report.small_page import coded, pictures, small_page
from orchestrator.report.templating import Links

PAGE, TEMPLATE = "index.html", "size.html"


def page(
    record: SizeRecord, *, findings: Sequence[Finding] = (), links: Links | None = None
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
        sizes=sizes(record),
        probes=probes(record),
        pictures=pictures(drawings(record)),
        reading=coded(reading(record)),
        circumstances=list(circumstances(record)),
        caveats=list(caveats(record)),
        findings=findings,
        root=links.root,
        in_results=links.index,
    )
