"""Ranks that say no more than was measured: who is not told apart shares a range of ranks."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.claims.evidence import rates
from orchestrator.model.record import RunRecord
from orchestrator.report.group import Group
from orchestrator.report.table import Value, span

Ranks = dict[str, tuple[int, int]]
"""By service: the best and the worst rank that it may have; none where it is not ranked."""


def ranks(record: RunRecord, workload: str, groups: Sequence[Group]) -> Ranks:
    """The ranks of those that the server's CPU limited.

    Two are told apart as in a claim (`claims.interval`): from three repeats on if their ranges do
    not overlap, with fewer if they differ by more than 30 %.
    """
    known = rates(record, workload)
    ranked = [group.service for group in groups if group.ranked]
    return {
        service: (
            1 + sum(known[other].above(known[service]) for other in ranked),
            len(ranked) - sum(known[service].above(known[other]) for other in ranked),
        )
        for service in ranked
    }


def shown_rank(rank: tuple[int, int] | None) -> Value:
    """One number, or from the best to the worst."""
    return span(rank or ())
