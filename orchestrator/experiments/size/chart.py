"""The chart of sizes: the 99th percentile at each rate that was tried, and the promise."""

from __future__ import annotations

from orchestrator.experiments.size.record import SizedService, SizeRecord
from orchestrator.report.charts.chart import ACCENT, ALARM, Spec, values
from orchestrator.report.charts.drawing import WIDTH, Drawing, drawing

HEIGHT = 200


def drawings(record: SizeRecord) -> list[Drawing]:
    """One chart for each service that was searched."""
    return [_chart(one, record) for one in record.services if one.searches]


def _chart(service: SizedService, record: SizeRecord) -> Drawing:
    limit_ms = record.settings.p99_s * 1000
    points = [
        {
            "rate": probe.rate,
            "p99": probe.p99_ms,
            "kept": "kept" if probe.kept else "not kept",
        }
        for search in service.searches
        for probe in search.probes
        if probe.p99_ms is not None
    ]
    text = (
        f"The 99th percentile of {service.name} at each arrival rate that was tried, and the "
        f"promise of {limit_ms:g} ms as a line."
    )
    x: Spec = {"field": "rate", "type": "quantitative", "title": "Requests/s"}
    y: Spec = {
        "field": "p99",
        "type": "quantitative",
        "title": "p99 (ms)",
        "scale": {"type": "log"},
    }
    looks = {
        "field": "kept",
        "type": "nominal",
        "scale": {"domain": ["kept", "not kept"], "range": [ACCENT, ALARM]},
        "legend": {"orient": "top", "title": None},
    }
    spec: Spec = {
        "width": WIDTH,
        "height": HEIGHT,
        "layer": [
            {
                "data": values(points),
                "mark": {"type": "point", "filled": True, "aria": False},
                "encoding": {
                    "x": {**x, "scale": {"zero": False}},
                    "y": y,
                    "color": looks,
                    "shape": {**looks, "scale": {"domain": ["kept", "not kept"]}},
                },
            },
            {
                "data": values([{"p99": limit_ms}]),
                "mark": {"type": "rule", "strokeDash": [4, 3], "aria": False},
                "encoding": {"y": y},
            },
        ],
    }
    return drawing(service.name, text, spec)
