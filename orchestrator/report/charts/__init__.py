"""The charts of a run as Vega-Lite specifications. SVG files and the page use the same ones."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.record import RunRecord
from orchestrator.report.at_once import launched
from orchestrator.report.charts.bars import cpu, cpu_open, image, memory, start, throughput
from orchestrator.report.charts.chart import Chart, ChartKind
from orchestrator.report.charts.latency import latency_hold, latency_open, rate_latency
from orchestrator.report.charts.ramp import ramp_of, ramps
from orchestrator.report.charts.relative import relative
from orchestrator.report.group import groups
from orchestrator.report.headline import together

__all__ = ["Chart", "ChartKind", "charts", "ramp_charts"]

OF_A_WORKLOAD = (throughput, ramps, latency_hold, latency_open, rate_latency, cpu, cpu_open, memory)
OF_A_RUN = (start, image)
TOGETHER = {
    ChartKind.THROUGHPUT,
    ChartKind.RAMP,
    ChartKind.LATENCY_HOLD,
    ChartKind.RATE_LATENCY,
    ChartKind.CPU,
}
"""Kinds that describe server and load together if both share a CPU."""


def charts(record: RunRecord) -> list[Chart]:
    """All charts for which the record has data: those of each workload, then those of the run."""
    found = [
        _marked(record, chart)
        for workload in record.settings.workloads
        for make in OF_A_WORKLOAD
        if (chart := make(workload, groups(record, workload)))
    ]
    if launched(record):
        workloads = record.settings.workloads
        found += [chart for workload in workloads if (chart := relative(record, workload))]
    every = [group for workload in record.settings.workloads for group in groups(record, workload)]
    found += [chart for make in OF_A_RUN if (chart := make(every))]
    return found


def ramp_charts(record: RunRecord) -> list[Chart]:
    """One chart for each framework's ramp, since a page shows one at a time."""
    return [
        _marked(record, chart)
        for workload in record.settings.workloads
        for group in groups(record, workload)
        if (chart := ramp_of(group))
    ]


def _marked(record: RunRecord, chart: Chart) -> Chart:
    mark = together(record) if chart.kind in TOGETHER else ""
    if not mark:
        return chart
    said = chart.spec.get("title")
    spec = {**chart.spec, "title": said + mark} if isinstance(said, str) else chart.spec
    text = f"{chart.text} Server and load share one CPU, so this describes both together."
    return replace(chart, title=chart.title + mark, text=text, spec=spec)
