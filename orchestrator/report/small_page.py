"""What small pages share: pictures for a light and a dark ground, text with code, the template.

Such a page needs no script. Its template extends ``small.html``, and that of an experiment's record
``experiment.html``.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup, escape

from orchestrator.report.charts.drawing import Drawing
from orchestrator.report.svg import svg
from orchestrator.report.templating import environment, source
from orchestrator.report.theme import DARK, LIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing on a light and on a dark ground, as addresses that contain the picture."""

    title: str
    text: str
    light: str
    dark: str


def small_page(template: str, **values: object) -> str:
    """The template as HTML. It escapes every text, but not `Markup`."""
    css = Markup(source("page.css"))  # noqa: S704 - a file of this package
    return environment().get_template(template).render(css=css, **values)


def pictures(drawings: Iterable[Drawing]) -> list[Picture]:
    """Draw each drawing twice."""
    return [
        Picture(
            title=drawing.title,
            text=drawing.text,
            light=_address(svg(drawing.spec, LIGHT)),
            dark=_address(svg(drawing.spec, DARK)),
        )
        for drawing in drawings
    ]


def coded(texts: Iterable[str]) -> list[Markup]:
    """The lab's own sentences, with what stands between backticks as code."""
    return [_coded(text) for text in texts]


def _coded(text: str) -> Markup:
    parts = enumerate(text.split("`"))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if n % 2 else escape(part) for n, part in parts)


def _address(drawn: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
