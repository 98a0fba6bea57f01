"""A small chart of each line, with its levels and change points."""

from __future__ import annotations

from orchestrator.history.found import Changed, Found
from orchestrator.history.line import Point
from orchestrator.report.change import change, changes
from orchestrator.report.charts.chart import ACCENT, ALARM, SECOND, Datum, Spec, values
from orchestrator.report.charts.drawing import BAND, WIDTH, Drawing, drawing, ends
from orchestrator.stats.answer import Answer

HEIGHT = 120
_TIME = {"field": "at", "type": "temporal", "title": None, "scale": {"type": "utc"}}
_TICKS = {"format": "%Y-%m-%d", "tickCount": 3, "grid": False, "labelFlush": True}


def line_chart(found: Found) -> Drawing:
    """The values with their intervals, the levels, and a line at each change point."""
    key, shown = found.line.key, [_shown(point) for point in found.line.points]
    low, high = ends([edge for row in shown for edge in (row["low"], row["high"])])
    unit = key.quantity.unit or "ratio"
    x = {**_TIME, "axis": _TICKS}
    y = {
        "type": "quantitative",
        "title": unit,
        "scale": {"domain": [low, high], "nice": False, "zero": False},
        "axis": {"tickCount": 4, "format": "~s" if high >= 10_000 else ".4~r"},
    }
    data: list[Datum] = [
        {"at": point.run.started_at, **row}
        for point, row in zip(found.line.points, shown, strict=True)
    ]
    layers: list[Spec] = [
        {
            "data": values(data),
            "mark": {"type": "rule", "color": ACCENT, "opacity": 2 * BAND, "aria": False},
            "encoding": {"x": x, "y": {**y, "field": "low"}, "y2": {"field": "high"}},
        },
        {
            "data": values(data),
            "mark": {"type": "point", "filled": True, "size": 18, "color": ACCENT, "aria": False},
            "encoding": {"x": x, "y": {**y, "field": "value"}},
        },
    ]
    if found.changes:
        layers += [_levels(found, x, y), *_marks(found, x)]
    return drawing(
        f"{key.service}, {key.workload}: {key.quantity.title.lower()}",
        _described(found),
        {"width": WIDTH, "height": HEIGHT, "layer": layers},
    )


def _shown(point: Point) -> dict[str, float]:
    row = point.row
    return {"value": row.value, "low": row.low or row.value, "high": row.high or row.value}


def _levels(found: Found, x: Spec, y: Spec) -> Spec:
    rows: list[Datum] = [
        {"at": one.first.run.started_at, "to": one.last.run.started_at, "value": one.value}
        for one in found.levels
    ]
    return {
        "data": values(rows),
        "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
        "encoding": {"x": x, "x2": {"field": "to"}, "y": {**y, "field": "value"}},
    }


def _marks(found: Found, x: Spec) -> list[Spec]:
    rows: list[Datum] = [
        {"at": one.after.run.started_at, "text": change(one.ratio), "answer": one.answer}
        for one in found.changes
    ]
    colour = {
        "field": "answer",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": [Answer.SLOWER, Answer.FASTER], "range": [ALARM, SECOND]},
    }
    dashed = {"type": "rule", "strokeDash": [4, 3], "strokeWidth": 1.5, "aria": False}
    text = {"type": "text", "align": "right", "dx": -3, "baseline": "top", "fontSize": 11}
    return [
        {"data": values(rows), "mark": dashed, "encoding": {"x": x, "color": colour}},
        {
            "data": values(rows),
            "mark": {**text, "aria": False},
            "encoding": {"x": x, "y": {"value": 2}, "text": {"field": "text", "type": "nominal"}},
        },
    ]


def _described(found: Found) -> str:
    if found.missing:
        return f"Change points need {found.missing} more runs."
    if not found.changes:
        return f"No change point in {len(found.line.points)} runs."
    return " ".join(_sentence(one) for one in found.changes)


def _sentence(one: Changed) -> str:
    by = f"{change(one.ratio)} ({changes(one.low, one.high)})"
    return f"{one.answer.capitalize()} from {one.after.run.started_at[:10]} on: {by}."
