"""The chart of a cost table: the relative cost of each service, with its interval."""

from __future__ import annotations

from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.cost.rows import cost_rows
from orchestrator.report.charts.chart import BAR
from orchestrator.report.charts.drawing import WIDTH, Drawing, drawing
from orchestrator.report.charts.relative import TEXT, bar, bars


def drawings(record: CostRecord) -> list[Drawing]:
    """One chart for each workload that was measured."""
    found = (_chart(record, one.workload) for one in record.together)
    return [chart for chart in found if chart is not None]


def _chart(record: CostRecord, workload: str) -> Drawing | None:
    rows = [
        bar(record.part(row.service).name, row.relative, row.low, row.high)
        for row in cost_rows(record)
        if row.workload == workload and row.relative is not None
    ]
    if not rows:
        return None
    size = {"width": WIDTH, "height": max(len(rows), 2) * BAR}
    return drawing(workload, TEXT, {**size, **bars(rows)})
