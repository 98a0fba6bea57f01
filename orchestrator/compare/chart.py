"""The rows of a comparison as a chart: ratios with their intervals."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.compare.comparison import ComparedRow, Comparison, Ratio
from orchestrator.compare.words import IN_PERCENT
from orchestrator.model.comparable import Quantity
from orchestrator.report.charts.chart import ACCENT, ALARM, UNRANKED, Datum, Spec, values
from orchestrator.report.charts.drawing import (
    WIDTH,
    Drawing,
    change_axis,
    drawing,
    ends,
    line,
)
from orchestrator.stats.answer import Answer

BAR = 20
BEYOND = 3.0
"""How far the axis reaches, in changes of the farthest row, where intervals reach farther."""
LEAST = 2.0
"""Per cent that the axis shows at least, so that equal records do not look different."""
LOOKS = {
    Answer.SLOWER: (ALARM, "triangle-left"),
    Answer.FASTER: (ACCENT, "triangle-right"),
    Answer.SAME: ("#009e73", "square"),
    Answer.UNDECIDED: (UNRANKED, "circle"),
}
"""Colour and shape; the shape says the same as the colour."""


def charts(comparison: Comparison) -> list[Drawing]:
    """One chart for each quantity that has a row with a ratio, the headline first."""
    return [
        _chart(quantity, known)
        for quantity in comparison.quantities
        if (known := [(r, r.ratio) for r in comparison.of(quantity.name) if r.ratio])
    ]


def _chart(quantity: Quantity, known: Sequence[tuple[ComparedRow, Ratio]]) -> Drawing:
    low, high = _axis([ratio for _, ratio in known])
    rows: list[Datum] = [
        {
            "row": row.name,
            "change": _percent(ratio.ratio),
            "low": low if ratio.low is None else max(_percent(ratio.low), low),
            "high": high if ratio.high is None else min(_percent(ratio.high), high),
            "answer": str(ratio.answer),
        }
        for row, ratio in known
    ]
    x = change_axis(quantity.title, low, high)
    y = {"field": "row", "type": "nominal", "sort": None, "title": None}
    span: Spec = {
        "mark": {"type": "rule", "strokeWidth": 2, "aria": False},
        "encoding": {"x": {**x, "field": "low"}, "x2": {"field": "high"}, "y": y},
    }
    dots: Spec = {
        "mark": {"type": "point", "filled": True, "size": 60, "opacity": 1, "aria": False},
        "encoding": {"x": x, "y": y, "shape": _by_answer(1), "color": _by_answer(0)},
    }
    better = "left" if quantity.less_is_faster else "right"
    return drawing(
        quantity.title,
        f"Change of the head's {quantity.title} against the base's; farther to the {better} is "
        f"faster. Lines: {IN_PERCENT} intervals; one that fills the picture is unknown or wider. "
        "Dashed line: no difference.",
        {
            "width": WIDTH,
            "height": max(len(rows), 2) * BAR,
            "data": values(rows),
            "layer": [span, line("x", x), dots],
        },
    )


def _by_answer(which: int) -> Spec:
    return {
        "field": "answer",
        "type": "nominal",
        "scale": {"domain": list(LOOKS), "range": [looks[which] for looks in LOOKS.values()]},
        "legend": {"orient": "bottom", "columns": 2, "title": None},
    }


def _axis(ratios: Sequence[Ratio]) -> tuple[float, float]:
    """Both ends of the axis: every ratio, and of the intervals what is not too far away."""
    changes = [_percent(one.ratio) for one in ratios]
    most = max(LEAST, BEYOND * max(map(abs, changes)))
    bounds = [_percent(end) for one in ratios for end in (one.low, one.high) if end is not None]
    near = [min(max(bound, -most), most) for bound in bounds]
    return ends([-LEAST, LEAST, *changes, *near])


def _percent(ratio: float) -> float:
    return 100 * (ratio - 1)
