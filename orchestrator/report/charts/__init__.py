"""The charts of a run as Vega-Lite specifications: the same for the SVG files and for the page."""

from __future__ import annotations

from orchestrator.model.record import RunRecord
from orchestrator.report.charts.bars import cpu, image, memory, start, throughput
from orchestrator.report.charts.chart import Chart
from orchestrator.report.charts.latency import latency_hold, latency_open, rate_latency
from orchestrator.report.charts.ramp import ramp_of, ramps
from orchestrator.report.group import groups

__all__ = ["Chart", "charts", "ramp_charts"]

OF_A_WORKLOAD = (throughput, ramps, latency_hold, latency_open, rate_latency, cpu, memory)
OF_A_RUN = (start, image)


def charts(record: RunRecord) -> list[Chart]:
    """Every chart for which the record has data: those of each workload, then those of the run."""
    found = [
        chart
        for workload in record.settings.workloads
        for make in OF_A_WORKLOAD
        if (chart := make(workload, groups(record, workload)))
    ]
    every = [group for workload in record.settings.workloads for group in groups(record, workload)]
    found += [chart for make in OF_A_RUN if (chart := make(every))]
    return found


def ramp_charts(record: RunRecord) -> list[Chart]:
    """The ramp of each framework alone: a page shows one at a time."""
    return [
        chart
        for workload in record.settings.workloads
        for group in groups(record, workload)
        if (chart := ramp_of(group))
    ]
