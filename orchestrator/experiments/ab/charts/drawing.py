"""What the charts of launches and hash seeds share."""

from __future__ import annotations

from math import exp, isfinite

from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.words import UNIT
from orchestrator.report.change import change
from orchestrator.report.charts.chart import Spec

HEIGHT, BARS_HEIGHT = 240, 60
MOST = 200
"""Most launches that a chart draws; of more it draws every second, third ..."""


def percent(log_ratio: float) -> float:
    """A log ratio as a change in per cent; an infinite one stays infinite."""
    return 100 * (exp(log_ratio) - 1) if isfinite(log_ratio) else log_ratio


def told(in_percent: float) -> str:
    """A change in per cent as text."""
    return change(1 + in_percent / 100)


def step_of(count: int) -> int:
    """Of how many launches one is drawn."""
    return -(-count // MOST)


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
