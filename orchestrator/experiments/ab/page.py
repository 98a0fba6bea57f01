"""A comparison as a small page: the answer, and both pairs slice by slice and launch by launch."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup, escape

from orchestrator.experiments.ab.answer import found
from orchestrator.experiments.ab.charts import Drawing, drawings
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
from orchestrator.report.svg import svg
from orchestrator.report.theme import DARK, LIGHT

PAGE = "ab.html"
PICTURES = {
    By.CPU: "Slice by slice, launch by launch",
    By.INSTRUCTIONS: "Hash seed by hash seed",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing on a light and on a dark ground, as addresses that contain the picture."""

    title: str
    text: str
    light: str
    dark: str


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
        consequences=[_coded(text) for text in consequences(record)],
        state=state(record),
        ratios=ratios(record) if known else None,
        sides=sides(record),
        pictures_title=PICTURES[record.settings.by],
        pictures=[_picture(drawing) for drawing in drawings(record)],
        reading=[_coded(text) for text in reading(record)] if known else [],
        circumstances=list(circumstances(record)),
        caveats=list(caveats(record)),
        findings=findings,
        root=links.root,
        in_results=links.index,
        css=Markup(source("page.css")),  # noqa: S704 - a file of this package
    )


def _picture(drawing: Drawing) -> Picture:
    return Picture(
        title=drawing.title,
        text=drawing.text,
        light=_address(svg(drawing.spec, LIGHT)),
        dark=_address(svg(drawing.spec, DARK)),
    )


def _address(drawn: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"


def _coded(text: str) -> Markup:
    """The lab's own text, with what stands between backticks as code."""
    parts = enumerate(text.split("`"))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if n % 2 else escape(part) for n, part in parts)
