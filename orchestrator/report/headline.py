"""Chooses a run's headline ranking, and marks numbers about server and load together."""

from __future__ import annotations

from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.report.fixed_rate import fixed_rate, ranks_by_cost
from orchestrator.report.hold import hold
from orchestrator.report.ranking import Ranking


def headline(record: RunRecord, workload: str) -> Ranking:
    """The ranking that suits the record's host."""
    return fixed_rate(record, workload) if ranks_by_cost(record) else hold(record, workload)


def together(record: RunRecord) -> str:
    """The mark in titles of numbers that describe server and load together; empty if none do."""
    return f" ({Limit.COLOCATED})" if record.layout.shared else ""
