"""A comparison as a small page: the answer, and both pairs slice by slice and launch by launch."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.charts import drawings
from orchestrator.experiments.ab.explained import (
    caveats,
    circumstances,
    consequences,
    heading,
    reading,
    state,
)
from orchestrator.experiments.ab.record import ABRecord, By
from orchestrator.experiments.ab.tables import ratios, sides
from orchestrator.experiments.ab.words import summary
from orchestrator.model.finding import Finding
from orchestrator.report.page import Links, environment, source
from orchestrator.report.pictures import coded, picture

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
    template = environment().get_template(PAGE)
    return template.render(
        record=record,
        heading=heading(record),
        summary=summary(record),
        consequences=[coded(text) for text in consequences(record)],
        state=state(record),
        ratios=ratios(record) if known else None,
        sides=sides(record),
        pictures_title=PICTURES[record.settings.by],
        pictures=[picture(drawing) for drawing in drawings(record)],
        reading=[coded(text) for text in reading(record)] if known else [],
        circumstances=list(circumstances(record)),
        caveats=list(caveats(record)),
        findings=findings,
        root=links.root,
        in_results=links.index,
        css=Markup(source("page.css")),  # noqa: S704 - a file of this package
    )
