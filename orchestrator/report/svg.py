"""Charts as SVG: the only file that knows the charting library (Vega, through vl-convert)."""

from __future__ import annotations

from functools import cache

import vl_convert

from orchestrator.report.charts.chart import Spec
from orchestrator.words import each, printable

VERSION = "6.4"
# Text is measured to lay a chart out. vl-convert brings this font itself, so that a chart comes out
# the same on every machine, whatever is installed there.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


def svg(spec: Spec, theme: Spec) -> str:
    """A chart as SVG, the same bytes on every machine."""
    # A character that XML does not have ends the whole process from within the library.
    clean = each(spec, lambda _key, text: printable(text))
    config = {**theme, "font": FONT}
    return vl_convert.vegalite_to_svg({**clean, "config": config}, vl_version=VERSION) + "\n"


@cache
def library() -> str:
    """The library itself, for the page: one script that brings ``vegaEmbed``."""
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=VERSION)
