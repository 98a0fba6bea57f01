"""A comparison as a small page: the answer, and both pairs slice by slice and launch by launch."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.charts import drawings
from orchestrator.experiments.ab.explained import (
    caveats,
    circumstances,
    consequences,
    heading,
    reading,
)
from orchestrator.experiments.ab.record import ABRecord, By
from orchestrator.experiments.ab.tables import ratios, sides
from orchestrator.experiments.ab.words import summary
from orchestrator.model.finding import Finding
from orchestrator.report.small_document import state
from orchestrator.report.small_page import coded, pictures, small_page
from orchestrator.report.templating import Links

PAGE = "ab.html"
PICTURES = {
    By.CPU: "Slice by slice, launch by launch",
    By.INSTRUCTIONS: "Hash seed by hash seed",
}


def page(record: ABRecord, *, findings: Sequence[Finding] = (), links: Links | None = None) -> str:
    """The page as HTML. It needs no script; text from outside is escaped.

    Args:
        findings: the audit's findings; records with contradictions are refused before.
    """
    known, links = found(record), links or Links()
    return small_page(
        PAGE,
        record=record,
        heading=heading(record),
        summary=summary(record),
        consequences=coded(consequences(record)),
        state=state(record),
        ratios=ratios(record) if known else None,
        sides=sides(record),
        pictures_title=PICTURES[record.settings.by],
        pictures=pictures(drawings(record)),
        reading=coded(reading(record)) if known else [],
        circumstances=list(circumstances(record)),
        caveats=list(caveats(record)),
        findings=findings,
        root=links.root,
        in_results=links.index,
    )
