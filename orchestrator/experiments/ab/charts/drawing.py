"""What the charts of a comparison share.

All are narrow, so that a telephone shows them in their full size (`report/pictures.py`).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp, isfinite

from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.words import COSTS, UNIT, change
from orchestrator.report.charts.chart import Spec, values

HEIGHT, BARS_HEIGHT = 240, 60
MOST = 200
"""Most launches that a chart draws; of more it draws every second, third ..."""
BAND = 0.25
"""Opacity of an interval."""


def percent(log_ratio: float) -> float:
    """A log ratio as a change in per cent; an infinite one stays infinite."""
    return 100 * (exp(log_ratio) - 1) if isfinite(log_ratio) else log_ratio


def told(in_percent: float) -> str:
    """A change in per cent as text."""
    return change(1 + in_percent / 100)


def step_of(count: int) -> int:
    """Of how many launches one is drawn."""
    return -(-count // MOST)


def change_axis(record: ABRecord, low: float, high: float) -> Spec:
    """An axis of changes between these ends, in per cent."""
    return {
        "field": "change",
        "type": "quantitative",
        "title": f"{COSTS[record.settings.by]}, change in %",
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"format": "+.4~r", "tickCount": 5},
    }


def launch_axis(record: ABRecord, low: float, high: float) -> Spec:
    """An axis of launches, or of hash seeds, between these ends."""
    return {
        "field": "launch",
        "type": "quantitative",
        "title": UNIT[record.settings.by].capitalize(),
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"values": _ticks(int(high)), "format": "d", "grid": False},
    }


def _ticks(highest: int) -> list[int]:
    """At most six whole numbers up to the highest."""
    steps = (digit * 10**power for power in range(10) for digit in (1, 2, 5))
    step = next(one for one in steps if highest <= 6 * one)
    return list(range(step, highest + 1, step))


def line(axis: str, encoding: Spec, at: float = 0.0, **looks: object) -> Spec:
    """A line across the chart; without ``looks`` the dashed one of no difference."""
    mark = {"type": "rule", "strokeWidth": 1.5, **(looks or {"strokeDash": [4, 3]})}
    return {"data": values([{"change": at}]), "mark": mark, "encoding": {axis: encoding}}


def ends(wanted: Sequence[float]) -> tuple[float, float]:
    """Both ends of an axis that shows all of these, with some room."""
    room = 0.05 * (max(wanted) - min(wanted)) or 0.01
    return min(wanted) - room, max(wanted) + room
