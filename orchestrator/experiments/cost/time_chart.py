"""The chart of where the CPU time of a request goes: a stacked bar for each service."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orchestrator.experiments.cost.parts import TimeParts, time_parts
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.taxes import has_bases
from orchestrator.report.charts.chart import BAR, COLOURS, Datum, Spec, quantity, values
from orchestrator.report.charts.drawing import WIDTH, Drawing, drawing

KINDS: tuple[tuple[str, str, Callable[[TimeParts], float | None]], ...] = (
    ("kernel", COLOURS[7], lambda one: one.kernel_us),
    ("server", COLOURS[0], lambda one: one.server_us),
    ("handler", COLOURS[2], lambda one: one.handler_us),
    ("framework", COLOURS[1], lambda one: one.framework_us),
    ("server and framework", COLOURS[3], lambda one: one.together_us),
)
"""Each part of a bar, from the left to the right: its name, its colour, and its microseconds."""
TEXT = (
    "CPU time of a request in microseconds: what the kernel, the server, the handler and the "
    "framework spend. Nothing tells the last three apart for a framework with a server of its own, "
    "or without a base."
)
WITHOUT_KERNEL = " This host does not tell the kernel's part, so it is in the others."
LABEL = 140
"""Most pixels of a name, so that a bar has most of a narrow screen."""
PADDING = {"left": 28, "right": 14, "top": 6, "bottom": 6}
"""Long names need room on the left where a viewer lacks the chart's font."""


def stacks(record: CostRecord) -> list[Drawing]:
    """One chart for each workload that was measured; none if no base took part."""
    if not has_bases(record):
        return []
    parts = time_parts(record)
    return [
        _chart(record, workload, [one for one in parts if one.workload == workload])
        for workload in dict.fromkeys(one.workload for one in parts)
    ]


def _chart(record: CostRecord, workload: str, parts: list[TimeParts]) -> Drawing:
    rows = [row for one in parts for row in _rows(record, one)]
    there = {row["part"] for row in rows}
    kinds = [kind for kind in KINDS if kind[0] in there]
    spec: Spec = {
        "padding": PADDING,
        "width": WIDTH,
        "height": max(len(parts), 2) * BAR,
        "data": values(rows),
        "mark": {"type": "bar", "aria": False},
        "encoding": {
            "x": quantity("us", "CPU µs/request", stack="zero"),
            "y": {
                "field": "framework",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {"labelLimit": LABEL},
            },
            "color": {
                "field": "part",
                "type": "nominal",
                "scale": {
                    "domain": [name for name, _, _ in kinds],
                    "range": [colour for _, colour, _ in kinds],
                },
                "legend": {"orient": "top", "columns": 3, "title": None, "symbolType": "square"},
            },
            "order": {"field": "order", "type": "quantitative"},
        },
    }
    text = TEXT if "kernel" in there else TEXT + WITHOUT_KERNEL
    return drawing(workload, text, spec)


def _rows(record: CostRecord, one: TimeParts) -> Iterator[Datum]:
    for order, (name, _, of) in enumerate(KINDS):
        us = of(one)
        if us is not None:
            yield {
                "framework": record.part(one.service).name,
                "part": name,
                "us": us,
                "order": order,
            }
