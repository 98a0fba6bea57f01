"""Pages without a script: their charts are drawn when the page is made, and stand in it as data."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass

from markupsafe import Markup, escape

from orchestrator.report.charts.chart import SCHEMA, Spec
from orchestrator.report.svg import svg
from orchestrator.report.theme import DARK, LIGHT

WIDTH = 264
"""Of a chart, in pixels: a telephone shows it in its full size."""
_PADDING = {"left": 8, "right": 14, "top": 6, "bottom": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart. ``text``: what it shows, also for people who cannot see it."""

    title: str
    text: str
    spec: Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """A drawing on a light and on a dark ground, as addresses that contain the picture."""

    title: str
    text: str
    light: str
    dark: str


def drawing(title: str, text: str, spec: Spec) -> Drawing:
    """A view, or several, as a whole chart."""
    whole = {"$schema": SCHEMA, "title": title, "padding": _PADDING, **spec}
    return Drawing(title=title, text=text, spec=whole)


def picture(drawn: Drawing) -> Picture:
    """Draw a chart, once for each theme."""
    return Picture(
        title=drawn.title,
        text=drawn.text,
        light=_address(svg(drawn.spec, LIGHT)),
        dark=_address(svg(drawn.spec, DARK)),
    )


def coded(text: str) -> Markup:
    """The lab's own text, with what stands between backticks as code."""
    parts = enumerate(text.split("`"))
    code = Markup("<code>{}</code>")
    return Markup("").join(code.format(part) if n % 2 else escape(part) for n, part in parts)


def _address(drawn: str) -> str:
    return f"data:image/svg+xml;base64,{b64encode(drawn.encode()).decode()}"
