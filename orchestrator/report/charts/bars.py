"""Bar charts, with one number per framework: throughput, CPU time, memory, start-up, image."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orchestrator.report.charts.chart import (
    ACCENT,
    SECOND,
    UNRANKED,
    Chart,
    ChartKind,
    Datum,
    Spec,
    number,
    quantity,
    single,
    values,
    word,
)
from orchestrator.report.column import AtLeast, known_median, three_digits, whole
from orchestrator.report.group import (
    Group,
    by_rate,
    cpu_us_per_request,
    goodput_rps,
    image_mb,
    memory_idle_mb,
    memory_peak_mb,
    open_cpu_us_per_request,
    rate_of,
    start_s,
)

# Length of the axis in longest bars. A bar's number stands after its end.
ROOM = 1.2
LEGEND = {"orient": "bottom", "direction": "vertical", "labelLimit": 0}


def throughput(workload: str, groups: Sequence[Group]) -> Chart | None:
    """Requests/s in the hold. A bar is grey if the server's CPU was not the limit."""
    rows: list[Datum] = []
    for group in by_rate(tuple(groups)):
        rate = goodput_rps(group)
        if rate is None:
            continue
        each = [trial.hold.goodput_rps for trial in group.held if trial.hold]
        rows.append(
            {
                "framework": group.name,
                "value": rate,
                "lowest": min(each),
                "highest": max(each),
                "repeats": len(each),
                "limited": group.limited_by,
                "ranked": "limited by the server's CPU" if group.ranked else "at least this",
                "label": f"≥ {whole(rate)}" if isinstance(rate_of(group), AtLeast) else whole(rate),
            }
        )
    tooltip = [
        word("framework", "Framework"),
        number("value", "Requests/s"),
        number("lowest", "Lowest repeat"),
        number("highest", "Highest repeat"),
        word("limited", "Limited by"),
    ]
    colour = {
        "field": "ranked",
        "type": "nominal",
        "title": None,
        "scale": {
            "domain": ["limited by the server's CPU", "at least this"],
            "range": [ACCENT, UNRANKED],
        },
        "legend": LEGEND,
    }
    spec = _bars(rows, "Requests/s", tooltip, {"color": colour})
    several = any(row["repeats"] != 1 for row in rows)
    if several:
        spec["layer"].append(
            {
                "mark": {"type": "rule", "strokeWidth": 2},
                "encoding": {"x": quantity("lowest", "Requests/s"), "x2": {"field": "highest"}},
            }
        )
    return _chart(
        ChartKind.THROUGHPUT,
        f"{workload}: requests/s while held at the best step",
        "Successful requests per second. Grey bars have no rank: the server's CPU did not limit "
        "them, so the server can do at least that much."
        + (" The line runs from the lowest repeat to the highest." if several else ""),
        spec,
        rows,
        workload,
    )


def cpu(workload: str, groups: Sequence[Group]) -> Chart | None:
    """The server's CPU time per success in the hold."""
    rows = _rows(groups, cpu_us_per_request, whole)
    return _chart(
        ChartKind.CPU,
        f"{workload}: CPU time of the server for each request",
        "Microseconds of the server's CPU for each success in the hold; less is better. This "
        "hardly depends on the load generator.",
        _bars(rows, "CPU µs/request", [word("framework", "Framework"), number("value", "µs")]),
        rows,
        workload,
    )


def cpu_open(workload: str, groups: Sequence[Group]) -> Chart | None:
    """The server's CPU time per success at the common arrival rate."""
    rows = _rows(groups, open_cpu_us_per_request, three_digits)
    return _chart(
        ChartKind.CPU_OPEN,
        f"{workload}: CPU time of the server for each request, the same rate for all",
        "Microseconds of the server's CPU for each success at the same constant arrival rate; less "
        "is better. The kernel accounts for each container separately, so this hardly depends on a "
        "load generator that shares the CPU.",
        _bars(rows, "CPU µs/request", [word("framework", "Framework"), number("value", "µs")]),
        rows,
        workload,
    )


def memory(workload: str, groups: Sequence[Group]) -> Chart | None:
    """The container's memory before the load and at its peak."""
    rows: list[Datum] = []
    for group in sorted(groups, key=lambda g: memory_peak_mb(g) or 0):
        idle, peak = memory_idle_mb(group), memory_peak_mb(group)
        rows += [
            {"framework": group.name, "when": when, "value": mb, "label": whole(mb)}
            for when, mb in (("idle", idle), ("peak", peak))
            if mb is not None
        ]
    tooltip = [word("framework", "Framework"), word("when", "When"), number("value", "MB")]
    offset = {"yOffset": {"field": "when", "type": "nominal", "sort": ["idle", "peak"]}}
    colour = {
        "field": "when",
        "type": "nominal",
        "title": None,
        "scale": {"domain": ["idle", "peak"], "range": [UNRANKED, SECOND]},
        "legend": LEGEND,
    }
    spec = _bars(rows, "MB", tooltip, {"color": colour}, offset)
    return _chart(
        ChartKind.MEMORY,
        f"{workload}: memory before the load and at its peak",
        "Memory of the container in MB, without the page cache that the kernel can drop: after its "
        "first answers (idle), and at its highest during the load (peak).",
        spec,
        rows,
        workload,
    )


def start(groups: Sequence[Group]) -> Chart | None:
    """Start-up time, over all workloads."""
    rows = _rows(groups, start_s, lambda s: f"{three_digits(s)} s")
    return _chart(
        ChartKind.START,
        "Start-up: from the container's start to the first right answer",
        "Seconds from the container's start to its first right answer; the median of its trials.",
        _bars(rows, "Seconds", [word("framework", "Framework"), number("value", "s")]),
        rows,
    )


def image(groups: Sequence[Group]) -> Chart | None:
    """Image size, over all workloads."""
    rows = _rows(groups, image_mb, whole)
    return _chart(
        ChartKind.IMAGE,
        "Size of the image",
        "Size of the whole image in MB: base system, Python, and what the framework installs.",
        _bars(rows, "MB", [word("framework", "Framework"), number("value", "MB")]),
        rows,
    )


def _rows(
    groups: Sequence[Group], of: Callable[[Group], float | None], show: Callable[[float], str]
) -> list[Datum]:
    """One row per framework with the median over its workloads; the lowest value comes first."""
    names = dict.fromkeys(group.name for group in groups)
    known = [(name, known_median([of(g) for g in groups if g.name == name])) for name in names]
    pairs = [(name, value) for name, value in known if value is not None]
    return [
        {"framework": name, "value": value, "label": show(value)}
        for name, value in sorted(pairs, key=lambda pair: pair[1])
    ]


def _bars(
    rows: Sequence[Datum],
    unit: str,
    tooltip: list[Spec],
    colour: Spec | None = None,
    offset: Spec | None = None,
) -> Spec:
    ends = [float(row.get("highest", row["value"]) or 0) for row in rows]
    highest = max(ends, default=0)
    x = quantity("value", unit, scale={"domain": [0, (highest or 1) * ROOM], "nice": False})
    return {
        "data": values(rows),
        "encoding": {
            "y": {"field": "framework", "type": "nominal", "sort": None, "title": None},
            "tooltip": tooltip,
            **(offset or {}),
        },
        "layer": [
            {
                "mark": {"type": "bar", "color": ACCENT},
                "encoding": {"x": x, **(colour or {})},
            },
            {
                "mark": {"type": "text", "align": "left", "dx": 4},
                "encoding": {
                    "x": {**x, "field": "highest"} if "highest" in (rows or [{}])[0] else x,
                    "text": {"field": "label"},
                },
            },
        ],
    }


def _chart(
    kind: ChartKind,
    title: str,
    text: str,
    spec: Spec,
    rows: Sequence[Datum],
    workload: str | None = None,
) -> Chart | None:
    if not rows:
        return None
    described = single(title, {**spec, "description": text}, len(rows))
    return Chart(kind=kind, title=title, text=text, spec=described, workload=workload)
