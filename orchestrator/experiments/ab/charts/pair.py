"""The distributions of head against base and of the A/A pair, on one common axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from math import isfinite

import numpy as np

from orchestrator.experiments.ab.answer import (
    PRIORS,
    again_logs,
    head_logs,
    slice_agains,
    slice_heads,
)
from orchestrator.experiments.ab.charts.drawing import (
    BARS_HEIGHT,
    HEIGHT,
    launch_axis,
    percent,
    step_of,
    told,
)
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.experiments.ab.words import COSTS, UNITS
from orchestrator.report.charts.chart import ACCENT, UNRANKED, Datum, Spec, values
from orchestrator.report.charts.drawing import (
    BAND,
    WIDTH,
    Drawing,
    change_axis,
    drawing,
    ends,
    line,
)
from orchestrator.stats.sequence import estimate

BARS = 40
INNER = (1, 99)
"""Percentiles of the slices that the axis must show; a few that were disturbed lie far outside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Changes in per cent: of each launch's slices, of each launch, and of all together."""

    title: str
    slices: Sequence[Sequence[float]]
    launches: Sequence[float]
    low: float
    high: float
    mean: float

    @property
    def each(self) -> list[float]:
        """All slices."""
        return list(chain.from_iterable(self.slices))


def pairs(record: ABRecord) -> list[Drawing]:
    """Head against base, and base against base."""
    heads = [slice_heads(launch) for launch in record.launches]
    agains = [slice_agains(launch) for launch in record.launches]
    both = (
        _pair(record, "Head against base", heads, head_logs(record)),
        _pair(record, "A/A: base against base", agains, again_logs(record)),
    )
    low, high = ends([0.0, *chain.from_iterable(_wanted(pair) for pair in both)])
    return [_drawn(record, pair, low, high) for pair in both]


def _pair(
    record: ABRecord, title: str, slices: Sequence[Sequence[float]], logs: Sequence[float]
) -> Pair:
    known = estimate(logs, PRIORS[record.settings.by])
    return Pair(
        title=title,
        slices=[[percent(one) for one in launch] for launch in slices],
        launches=[percent(one) for one in logs],
        low=percent(known.low),
        high=percent(known.high),
        mean=percent(known.mean),
    )


def _wanted(pair: Pair) -> list[float]:
    inner = np.percentile(pair.each, INNER) if pair.each else ()
    return [*pair.launches, *filter(isfinite, (pair.low, pair.high)), *map(float, inner)]


def _drawn(record: ABRecord, pair: Pair, low: float, high: float) -> Drawing:
    x = change_axis(COSTS[record.settings.by], low, high)
    y = launch_axis(record, 0.5, len(pair.launches) + 0.5)
    y["scale"]["reverse"] = True
    step = step_of(len(pair.launches))
    slices, launches = list[Datum](), list[Datum]()
    for number in range(0, len(pair.launches), step):
        launches.append({"change": pair.launches[number], "launch": number + 1})
        if pair.slices:
            inside = [one for one in pair.slices[number] if low <= one <= high]
            slices += [{"change": one, "launch": number + 1} for one in inside]
    at = {"x": x, "y": y}
    dots: Spec = {
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            *_interval(pair, x),
            line("x", x, pair.mean, color=ACCENT),
            line("x", x),
            _points(slices, at, size=14, opacity=0.55, color=UNRANKED),
            _points(launches, at, size=34, opacity=1, color=ACCENT),
        ],
    }
    panels = [_bars(pair.each, low, high, x), dots] if pair.each else [dots]
    text = _described(record, pair, step, sum(not low <= one <= high for one in pair.each))
    return drawing(pair.title, text, {"spacing": 6, "vconcat": panels})


def _points(rows: Sequence[Datum], encoding: Spec, **looks: object) -> Spec:
    mark = {"type": "point", "filled": True, "aria": False, **looks}
    return {"data": values(rows), "mark": mark, "encoding": encoding}


def _interval(pair: Pair, x: Spec) -> list[Spec]:
    if not isfinite(pair.low):
        return []
    mark = {"type": "rect", "color": ACCENT, "opacity": BAND}
    data = values([{"change": pair.low, "to": pair.high}])
    return [{"data": data, "mark": mark, "encoding": {"x": x, "x2": {"field": "to"}}}]


def _bars(each: Sequence[float], low: float, high: float, x: Spec) -> Spec:
    """How many slices lie where."""
    counts, edges = np.histogram(each, bins=BARS, range=(low, high))
    rows = [
        {"change": float(edges[n]), "to": float(edges[n + 1]), "slices": int(count)}
        for n, count in enumerate(counts)
    ]
    across = {**x, "title": None, "axis": {"labels": False, "ticks": False, "tickCount": 5}}
    up = {
        "field": "slices",
        "type": "quantitative",
        "title": "Slices",
        "axis": {"values": [0, int(max(counts))], "format": "d"},
    }
    bars = {
        "data": values(rows),
        "mark": {"type": "rect", "color": UNRANKED, "aria": False},
        "encoding": {"x": across, "x2": {"field": "to"}, "y": up, "y2": {"datum": 0}},
    }
    return {"width": WIDTH, "height": BARS_HEIGHT, "layer": [bars, line("x", across)]}


def _described(record: ABRecord, pair: Pair, step: int, outside: int) -> str:
    units = UNITS[record.settings.by]
    found = [f"Blue dots: {units}, the first at the top."]
    if pair.each:
        found.append("Grey dots and bars: slices. A launch is the trimmed mean of its slices.")
    mean = f"Blue line: the mean of the {units}, {told(pair.mean)}"
    certain = f"; blue band: its 95 % interval, {told(pair.low)} to {told(pair.high)}"
    found.append(f"{mean}{certain if isfinite(pair.low) else ''}. Dashed line: no difference.")
    if step > 1:
        found.append(f"One of every {step:,} {units} is drawn.")
    if outside:
        found.append(f"Slices outside of this picture: {outside:,}.")
    return " ".join(found)
