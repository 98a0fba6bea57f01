"""Draws charts as SVG. Only this file uses the charting library (Vega, through vl-convert)."""

from __future__ import annotations

from functools import cache

import vl_convert

from orchestrator.report.charts.chart import Spec
from orchestrator.words import each, printable

VERSION = "6.4"
# A chart's layout depends on the size of its text. vl-convert contains this font, so a chart is the
# same on every machine, whichever fonts are installed there.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def svg(spec: Spec, theme: Spec) -> str:
    """The chart as SVG, with the same bytes on every machine."""
    # A character that XML does not allow makes the library end the whole process.
    clean = each(spec, lambda _key, text: printable(text))
    config = {**theme, "font": FONT}
    return vl_convert.vegalite_to_svg({**clean, "config": config}, vl_version=VERSION) + "\n"


@cache
def library() -> str:
    """The charting library for the page: one script that defines ``vegaEmbed``."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VERSION)
