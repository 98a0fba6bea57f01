"""Latency charts: distributions on a percentile axis, and p99 against the arrival rate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from statistics import median

from orchestrator.report.charts.chart import (
    Chart,
    ChartKind,
    Datum,
    Spec,
    by_framework,
    number,
    quantity,
    single,
    values,
    word,
)
from orchestrator.report.column import known_median
from orchestrator.report.group import Group
from orchestrator.report.open_loop import shares_of
from orchestrator.stats.histogram import merged, tells

# The percentiles at which a distribution is read. On HdrHistogram's percentile axis, 90 %, 99 %,
# 99.9 % ... are equally far apart. A line ends at the last percentile with enough requests.
PERCENTILES = (0, 25, 50, 75, 90, 95, 97.5, 99, 99.5, 99.75, 99.9, 99.95, 99.975, 99.99, 99.999)
TICKS = (1, 10, 100, 1_000, 10_000, 100_000)
# The axis is 1 / (1 - percentile); these expressions turn it into percentages.
LABELS = (
    "datum.value == 1 ? '0 %' : datum.value == 10 ? '90 %' : datum.value == 100 ? '99 %' : "
    "datum.value == 1000 ? '99.9 %' : datum.value == 10000 ? '99.99 %' : '99.999 %'"
)


def latency_hold(workload: str, groups: Sequence[Group]) -> Chart | None:
    """The latency distribution of the hold."""
    return _distribution(
        workload,
        groups,
        lambda group: [t.histogram for t in group.held if t.histogram],
        ChartKind.LATENCY_HOLD,
        f"{workload}: latency while held at the best step",
        "Latency of successes in the hold (closed loop). The number of users differs between "
        "frameworks, and users do not pause between requests, so the middle of a line is about "
        "users / rate. Its right end shows the slowest requests (tail latency). With several "
        "repeats, each point is the median of the repeats.",
    )


def latency_open(workload: str, groups: Sequence[Group]) -> Chart | None:
    """The latency distribution at the common arrival rate (open loop)."""
    rates = {row.rate for group in groups for row in group.open_loop(None)}
    at = f"{known_median(list(rates)):,g} requests/s" if rates else ""
    return _distribution(
        workload,
        groups,
        lambda group: [row.histogram for row in group.open_loop(None)],
        ChartKind.LATENCY_OPEN,
        f"{workload}: latency at {at} for all",
        "Latency of successes at the same constant arrival rate for every framework (open loop), "
        "counted from the moment at which a request was due. So a stall counts in the latency of "
        "every request due while it lasted.",
    )


def rate_latency(workload: str, groups: Sequence[Group]) -> Chart | None:
    """p99 latency against the offered rate (open loop)."""
    loads = (None, *shares_of(groups))
    rows = [row for group in groups for load in loads if (row := _at(group, load))]
    if not rows:
        return None
    title = f"{workload}: p99 latency against the offered rate"
    text = (
        "99th percentile of the latency at constant arrival rates (open loop): at the common rate, "
        "which is the same for every framework, and at shares of what each framework can do."
    )
    spec = _lines(
        rows,
        quantity("rate", "Offered requests/s", log=True),
        quantity("p99", "p99 latency (ms)", log=True),
        [
            word("framework", "Framework"),
            word("load", "Load"),
            number("rate", "Requests/s"),
            number("p50", "p50 (ms)"),
            number("p99", "p99 (ms)"),
            word("limited", "Limited by"),
        ],
    )
    spec["description"] = text
    return Chart(
        kind=ChartKind.RATE_LATENCY,
        title=title,
        text=text,
        spec=single(title, spec),
        workload=workload,
    )


def _at(group: Group, load: float | None) -> Datum | None:
    """One point of latency against rate; None if it was not measured, or had too few answers."""
    measured = group.open_loop(load)
    p99 = known_median([row.p99_ms for row in measured])
    if p99 is None or not tells(min(row.requests - row.failures for row in measured), 99):
        return None
    return {
        "framework": group.name,
        "rate": known_median([row.rate for row in measured]),
        "p50": known_median([row.median_ms for row in measured]),
        "p99": p99,
        "load": "common rate" if load is None else f"{load:.0%} of capacity",
        "limited": ", ".join(sorted({row.limited_by for row in measured})),
    }


def _distribution(
    workload: str,
    groups: Sequence[Group],
    histograms: Callable[[Group], list[str]],
    kind: ChartKind,
    title: str,
    text: str,
) -> Chart | None:
    rows = [row for group in groups for row in _percentiles(group.name, histograms(group))]
    if not rows:
        return None
    axis = {"values": list(TICKS), "labelExpr": LABELS, "grid": True}
    spec = _lines(
        rows,
        quantity("x", "Percentile", log=True, axis=axis),
        quantity("ms", "Latency (ms)", log=True),
        [
            word("framework", "Framework"),
            number("percentile", "Percentile", "~r"),
            number("ms", "ms"),
        ],
    )
    spec["description"] = text
    return Chart(
        kind=kind,
        title=title,
        text=f"{text} On the percentile axis, 90 %, 99 %, 99.9 % and so on are equally far apart.",
        spec=single(title, spec),
        workload=workload,
    )


def _percentiles(name: str, histograms: Sequence[str]) -> Iterator[Datum]:
    """The median of the repeats at each percentile. They are not merged: their users may differ."""
    each = [one for one in (merged([text]) for text in histograms) if one.get_total_count()]
    counts = [one.get_total_count() for one in each]
    for percentile in PERCENTILES:
        if not each or not tells(min(counts), percentile):
            return
        us = median(one.get_value_at_percentile(percentile) for one in each)
        yield {
            "framework": name,
            "percentile": percentile,
            "x": round(100 / (100 - percentile), 6),
            "ms": max(us, 1) / 1000,
        }


def _lines(rows: Sequence[Datum], x: Spec, y: Spec, tooltip: list[Spec]) -> Spec:
    ways = by_framework([str(row["framework"]) for row in rows])
    return {
        "data": values(rows),
        "params": [
            {
                "name": "chosen",
                "select": {"type": "point", "fields": ["framework"]},
                "bind": "legend",
            }
        ],
        "mark": {"type": "line", "point": {"size": 40, "filled": True}, "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": y,
            **ways,
            "opacity": {"condition": {"param": "chosen", "value": 1}, "value": 0.15},
            "tooltip": tooltip,
        },
    }
