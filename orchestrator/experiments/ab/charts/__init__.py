"""Charts of a comparison: both pairs, and how the answer became known."""

from __future__ import annotations

from orchestrator.experiments.ab.charts.course import course
from orchestrator.experiments.ab.charts.pair import pairs
from orchestrator.experiments.ab.record import ABRecord
from orchestrator.report.charts.drawing import Drawing

__all__ = ["drawings"]


def drawings(record: ABRecord) -> list[Drawing]:
    """The head's pair, the A/A pair, and the course of the estimate; none before a measurement."""
    if not (record.launches or record.counts):
        return []
    return [*pairs(record), course(record)]
