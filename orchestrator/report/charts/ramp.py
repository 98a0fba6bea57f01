"""Charts of the ramp: requests/s, p99 and failures against users, with knee and breaking point."""

from __future__ import annotations

from collections.abc import Sequence

from labwire.phase import LoadPhase
from orchestrator.model.trial import Step
from orchestrator.report.charts.chart import (
    ACCENT,
    ALARM,
    PADDING,
    SCHEMA,
    SECOND,
    UNRANKED,
    WIDTH,
    Chart,
    ChartKind,
    Datum,
    Spec,
    number,
    quantity,
    values,
    word,
)
from orchestrator.report.group import Group

PANEL_HEIGHT = 90
SMALL, COLUMNS = 230, 3
TEXT = (
    "For each step of the ramp: successful requests/s, 99th percentile of the latency, and failed "
    "requests, against users (connections that always have a request under way). The dashed line "
    "is the knee, at which the trial was held. The solid line is the breaking point, the first "
    "step with a drop. The p99 of successes is blue and dashed. The p99 of all requests is orange; "
    "it counts a request without an answer with the time that its user waited."
)
SUCCESSES, ALL = "successes", "all requests"


def ramps(workload: str, groups: Sequence[Group]) -> Chart | None:
    """The ramps of all frameworks, side by side in one chart."""
    panels = [panel for group in groups if (panel := _panels(group, SMALL, legend=False))]
    if not panels:
        return None
    title = f"{workload}: the ramp of each framework"
    spec: Spec = {
        "$schema": SCHEMA,
        "title": title,
        "description": TEXT,
        "concat": panels,
        "columns": COLUMNS,
        "spacing": 24,
        "padding": PADDING,
    }
    return Chart(kind=ChartKind.RAMP, title=title, text=TEXT, spec=spec, workload=workload)


def ramp_of(group: Group) -> Chart | None:
    """The chart of one framework's ramp."""
    panels = _panels(group, WIDTH, legend=True)
    if panels is None:
        return None
    return Chart(
        kind=ChartKind.RAMP,
        title=f"{group.workload}: the ramp of {group.name}",
        text=TEXT,
        spec={"$schema": SCHEMA, "description": TEXT, "padding": PADDING, **panels},
        workload=group.workload,
        framework=group.name,
    )


def _panels(group: Group, width: int, *, legend: bool) -> Spec | None:
    rows = [_row(s, t.repeat) for t in group.held for s in t.steps if s.phase == LoadPhase.RAMP]
    if not rows:
        return None
    marks = _marks(group)
    p99 = [
        {"users": row["users"], "repeat": row["repeat"], "of": of, "p99": row[field]}
        for row in rows
        for of, field in ((SUCCESSES, "p99"), (ALL, "all_p99"))
        if row[field] is not None
    ]
    which = {
        "field": "of",
        "type": "nominal",
        "title": None,
        "scale": {"domain": [SUCCESSES, ALL], "range": [ACCENT, SECOND]},
        "legend": {"orient": "top", "direction": "horizontal"} if legend else None,
    }
    dashes = {"field": "of", "type": "nominal", "legend": None}
    return {
        "title": {"text": group.name, "subtitle": _said(group), "anchor": "start"},
        "spacing": 6,
        "vconcat": [
            _panel(rows, marks, width, quantity("goodput", "Requests/s")),
            _panel(
                p99,
                marks,
                width,
                quantity("p99", "p99 (ms)", log=True),
                {"color": which, "strokeDash": dashes},
            ),
            _panel(rows, marks, width, quantity("failures", "Failures"), last=True),
        ],
        "resolve": {"scale": {"x": "shared"}},
    }


def _row(step: Step, repeat: int) -> Datum:
    return {
        "users": step.users,
        "repeat": repeat,
        "goodput": step.goodput_rps,
        # A logarithmic axis cannot show 0.
        "p99": step.p99_ms or None,
        "all_p99": step.all_p99_ms or None,
        "failures": step.failures,
    }


def _said(group: Group) -> str:
    """The knee and the breaking point in words."""
    knees = {t.hold_users for t in group.held if t.hold_users is not None}
    breaks = {t.breaking_users for t in group.held if t.breaking_users is not None}
    most = max(step.users for t in group.held for step in t.steps)
    at = " and ".join(f"{users:,}" for users in sorted(breaks))
    return f"knee {' and '.join(f'{users:,}' for users in sorted(knees))}, " + (
        f"drops from {at} users" if breaks else f"no drops up to {most:,} users"
    )


def _marks(group: Group) -> list[Datum]:
    found: dict[tuple[str, int], None] = {}
    for trial in group.held:
        if trial.hold_users is not None:
            found["knee", trial.hold_users] = None
        if trial.breaking_users is not None:
            found["drops from", trial.breaking_users] = None
    return [{"mark": mark, "at": users, "label": f"{mark} {users:,}"} for mark, users in found]


def _panel(
    rows: Sequence[Datum],
    marks: Sequence[Datum],
    width: int,
    y: Spec,
    more: Spec | None = None,
    *,
    last: bool = False,
) -> Spec:
    axis: Spec = {"values": sorted({row["users"] for row in rows}), "format": ",d"}
    axis |= {"title": "Users"} if last else {"title": None, "labels": False}
    x = {"field": "users", "type": "quantitative", "scale": {"type": "log", "base": 2}}
    dashes = {
        "field": "mark",
        "type": "nominal",
        "scale": {"domain": ["knee", "drops from"], "range": [[4, 3], [1, 0]]},
        "legend": None,
    }
    colours = {
        "field": "mark",
        "type": "nominal",
        "scale": {"domain": ["knee", "drops from"], "range": [UNRANKED, ALARM]},
        "legend": None,
    }
    field = y["field"]
    at = {"x": {**x, "field": "at"}}
    layers: list[Spec] = [
        {
            "data": values(marks),
            "mark": {"type": "rule", "strokeWidth": 1.5},
            "encoding": {
                **at,
                "strokeDash": dashes,
                "stroke": colours,
                "tooltip": [word("label", "At")],
            },
        },
        {
            "data": values(rows),
            "mark": {"type": "line", "point": True, "color": ACCENT},
            "encoding": {
                "x": {**x, "axis": axis},
                "y": {**y, "axis": {**y.get("axis", {}), "tickCount": 4, "format": ",.3~r"}},
                "detail": {"field": "repeat"},
                "tooltip": [number("users", "Users"), number(field, y["title"])],
                **(more or {}),
            },
        },
    ]
    return {
        "width": width,
        "height": PANEL_HEIGHT,
        "layer": layers,
        "resolve": {"scale": {"color": "independent", "strokeDash": "independent"}},
    }
