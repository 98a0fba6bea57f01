"""The chart of a cost table: the relative cost of each service, with its interval."""

from __future__ import annotations

from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.rows import cost_rows
from orchestrator.experiments.cost.tables import times
from orchestrator.report.charts.chart import ACCENT, BAR, Datum, quantity, values
from orchestrator.report.charts.drawing import WIDTH, Drawing, drawing

ROOM = 1.3
"""Length of the axis in longest bars: a bar's number stands after its interval."""


def drawings(record: CostRecord) -> list[Drawing]:
    """One chart for each workload that was measured."""
    found = (_chart(record, one.workload) for one in record.together)
    return [chart for chart in found if chart is not None]


def _chart(record: CostRecord, workload: str) -> Drawing | None:
    rows: list[Datum] = [
        {
            "framework": record.part(row.service).name,
            "value": row.relative,
            "low": row.low,
            "high": row.high,
            "end": row.high or row.relative,
            "label": times(row.relative),
        }
        for row in cost_rows(record)
        if row.workload == workload and row.relative is not None
    ]
    if not rows:
        return None
    highest = max(float(row["end"] or 0) for row in rows)
    x = quantity("value", "Times the reference", scale={"domain": [0, ROOM * highest]})
    y = {"field": "framework", "type": "nominal", "sort": None, "title": None}
    bounded = [row for row in rows if row["low"] is not None]
    ranges = {
        "data": values(bounded),
        "mark": {"type": "rule", "strokeWidth": 3, "aria": False},
        "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
    }
    spec = {
        "width": WIDTH,
        "height": max(len(rows), 2) * BAR,
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
    text = (
        "CPU time for a request, as a multiple of the reference's; less is better. The line at the "
        "end of a bar is its 95 % interval."
    )
    return drawing(workload, text, spec)
