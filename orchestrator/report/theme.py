"""Colours of charts on a light and on a dark background."""

from __future__ import annotations

from orchestrator.report.charts.chart import Spec


def theme(*, ink: str, soft: str, grid: str, ground: str) -> Spec:
    """A Vega-Lite ``config``: colours of text, axes, grid and background."""
    return {
        "background": ground,
        "view": {"stroke": grid},
        "axis": {
            "labelColor": ink,
            "titleColor": ink,
            "gridColor": grid,
            "domainColor": soft,
            "tickColor": soft,
            "labelFontSize": 12,
            "labelSeparation": 6,
            "titleFontSize": 12,
            "titleFontWeight": "normal",
        },
        "legend": {"labelColor": ink, "titleColor": ink, "labelFontSize": 12},
        "title": {"color": ink, "subtitleColor": ink, "fontSize": 14, "anchor": "start"},
        "text": {"color": ink, "fontSize": 12},
        "rule": {"color": ink},
    }


LIGHT = theme(ink="#1b1f24", soft="#6b7280", grid="#e2e5e9", ground="#ffffff")
DARK = theme(ink="#e6e8eb", soft="#9aa3ad", grid="#333a43", ground="#14171b")
