"""Chooses a run's headline ranking, and marks numbers about server and load together."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.report.at_once import at_once, launched
from orchestrator.report.fixed_rate import fixed_rate, ranks_by_cost
from orchestrator.report.hold import hold
from orchestrator.report.ranking import Ranking


def headline(record: RunRecord, workload: str) -> Ranking:
    """The ranking that suits the record's host, and what the run has measured."""
    if not ranks_by_cost(record):
        return hold(record, workload)
    if launched(record):
        return at_once(record, workload)
    ranking = fixed_rate(record, workload)
    return replace(ranking, text=f"{ranking.text} {_not_at_once(record)}")


def _not_at_once(record: RunRecord) -> str:
    """Why the trials rank the frameworks, and not launches of all of them at once."""
    if not record.profile.together_s:
        why = "this run did not measure all of them at once"
    elif len(record.settings.services) == 1:
        why = "there is no other one in this run"
    elif any(one.left_out for one in record.together):
        why = "to measure all of them at once failed, and the caveats say why"
    elif record.interrupted or record.finished_at is None:
        why = "the run ended before all of them were measured at once"
    else:
        why = "there are too many of them to run all at once"
    return f"Each framework was measured alone: {why}."


def together(record: RunRecord) -> str:
    """The mark in titles of numbers that describe server and load together; empty if none do."""
    return f" ({Limit.COLOCATED})" if record.layout.shared else ""
