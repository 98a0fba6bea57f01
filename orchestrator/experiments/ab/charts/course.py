"""How the answer became known: the estimate and its interval after each launch."""

from __future__ import annotations

from math import isfinite

from orchestrator.experiments.ab.answer import PRIORS, head_logs
from orchestrator.experiments.ab.charts.drawing import (
    BARS_HEIGHT,
    HEIGHT,
    launch_axis,
    percent,
    step_of,
)
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.words import COSTS, UNIT, UNITS
from orchestrator.report.charts.chart import ACCENT, values
from orchestrator.report.charts.drawing import (
    BAND,
    WIDTH,
    Drawing,
    change_axis,
    drawing,
    ends,
    line,
)
from orchestrator.stats.sequence import Estimate, estimate

BEYOND = 3.0
"""How far the axis reaches, in half widths of the last interval; the first ones are far wider."""


def course(record: ABRecord) -> Drawing:
    """The mean of the first launches and its interval, for each number of launches."""
    by, logs = record.settings.by, head_logs(record)
    numbers = sorted({*range(1, len(logs) + 1, step_of(len(logs))), len(logs)})
    known = [(number, estimate(logs[:number], PRIORS[by])) for number in numbers]
    low, high = ends(_wanted([one for _, one in known]))
    rows = [
        {
            "launch": number,
            "change": percent(one.mean),
            "low": max(percent(one.low), low),
            "high": min(percent(one.high), high),
        }
        for number, one in known
    ]
    x = launch_axis(record, 1, max(len(logs), 2))
    y = change_axis(COSTS[by], low, high)
    band = {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}}
    mean = {"type": "line", "color": ACCENT, "strokeWidth": 2, "point": len(rows) == 1}
    return drawing(
        "Head against base, as it became known",
        f"Blue line: the mean of the {UNITS[by]} up to each {UNIT[by]}. Blue band: its 95 % "
        "interval, which fills the picture while there are too few. The comparison ended when the "
        "answer was known, or at the end of its budget. Dashed line: no difference.",
        {
            "width": WIDTH,
            "height": HEIGHT + BARS_HEIGHT,
            "data": values(rows),
            "layer": [
                {
                    "mark": {"type": "area", "color": ACCENT, "opacity": BAND, "aria": False},
                    "encoding": band,
                },
                line("y", y),
                {"mark": {**mean, "aria": False}, "encoding": {"x": x, "y": y}},
            ],
        },
    )


def _wanted(known: list[Estimate]) -> list[float]:
    last = known[-1]
    wanted = [0.0, *(percent(one.mean) for one in known)]
    if isfinite(last.half_width):
        reach = BEYOND * last.half_width
        wanted += [percent(last.mean - reach), percent(last.mean + reach)]
    return wanted
