"""The chart of costs relative to the reference, with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.model.record import RunRecord
from orchestrator.report.at_once import of_workload
from orchestrator.report.charts.chart import (
    ACCENT,
    Chart,
    ChartKind,
    Datum,
    Spec,
    quantity,
    single,
    values,
)
from orchestrator.report.column import times
from orchestrator.stats.launches import relatives

ROOM = 1.3
"""Length of the axis in longest bars: a bar's number stands after its interval."""
TEXT = (
    "CPU time for a request, as a multiple of the reference's; less is better. The line at the end "
    "of a bar is its 95 % interval."
)


def relative(record: RunRecord, workload: str) -> Chart | None:
    """The cost of each service that took part in the launches of this workload."""
    names = {trial.service: trial.server.name for trial in record.trials}
    known = relatives(of_workload(record, workload))
    rows = [
        bar(names[service], cost.relative, cost.low, cost.high)
        for service, cost in sorted(known.items(), key=lambda pair: pair[1].relative)
        if service in names
    ]
    if not rows:
        return None
    title = f"{workload}: what a request costs, all at once"
    spec = single(title, {**bars(rows), "description": TEXT}, len(rows))
    return Chart(kind=ChartKind.RELATIVE, title=title, text=TEXT, spec=spec, workload=workload)


def bar(name: str, value: float, low: float | None, high: float | None) -> Datum:
    """The data of one bar; ``low`` and ``high``: its interval, None without one."""
    return {
        "framework": name,
        "value": value,
        "low": low,
        "high": high,
        "end": high or value,
        "label": times(value),
    }


def bars(rows: Sequence[Datum]) -> Spec:
    """Bars with their intervals, in this order, as a part of a chart; at least one."""
    highest = max(float(row["end"] or 0) for row in rows)
    x = quantity("value", "Times the reference", scale={"domain": [0, ROOM * highest]})
    y = {"field": "framework", "type": "nominal", "sort": None, "title": None}
    bounded = [row for row in rows if row["low"] is not None]
    ranges = {
        "data": values(bounded),
        "mark": {"type": "rule", "strokeWidth": 3, "aria": False},
        "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
    }
    return {
        "data": values(rows),
        "layer": [
            {
                "mark": {"type": "bar", "color": ACCENT, "aria": False},
                "encoding": {"x": x, "y": y},
            },
            *([ranges] if bounded else []),
            {
                "mark": {"type": "text", "align": "left", "dx": 5, "aria": False},
                "encoding": {"x": {**x, "field": "end"}, "y": y, "text": {"field": "label"}},
            },
        ],
    }
