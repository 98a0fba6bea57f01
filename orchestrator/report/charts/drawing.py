"""What the small charts of a comparison share.

All are narrow, so that a telephone shows them in their full size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.report.charts.chart import SCHEMA, Spec, values

WIDTH = 264
BAND = 0.25
"""Opacity of an interval."""
_PADDING = {"left": 8, "right": 14, "top": 6, "bottom": 6}


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A chart. ``text``: what it shows, also for people who cannot see it."""

    title: str
    text: str
    spec: Spec


def drawing(title: str, text: str, spec: Spec) -> Drawing:
    """A view, or several, as a whole chart."""
    whole = {"$schema": SCHEMA, "title": title, "padding": _PADDING, **spec}
    return Drawing(title=title, text=text, spec=whole)


def change_axis(what: str, low: float, high: float) -> Spec:
    """An axis of changes of this quantity between these ends, in per cent."""
    return {
        "field": "change",
        "type": "quantitative",
        "title": f"{what}, change in %",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"format": "+.4~r", "tickCount": 5},
    }


def line(axis: str, encoding: Spec, at: float = 0.0, **looks: object) -> Spec:
    """A line across the chart; without ``looks`` the dashed one of no difference."""
    mark = {"type": "rule", "strokeWidth": 1.5, **(looks or {"strokeDash": [4, 3]})}
    return {"data": values([{"change": at}]), "mark": mark, "encoding": {axis: encoding}}


def ends(wanted: Sequence[float]) -> tuple[float, float]:
    """Both ends of an axis that shows all of these, with some room."""
    room = 0.05 * (max(wanted) - min(wanted)) or 0.01
    return min(wanted) - room, max(wanted) + room
