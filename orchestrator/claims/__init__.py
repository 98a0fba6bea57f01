"""Decides the claims of a publication from a run's data: upheld, refuted or undecided."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.claims.rules import RULES
from orchestrator.errors import UsageError
from orchestrator.model.published import Claim, Decision
from orchestrator.model.record import RunRecord

__all__ = ["RULES", "decide"]


def decide(claims: Sequence[Claim], record: RunRecord) -> tuple[Decision, ...]:
    """A decision for each claim, in the order of the claims.

    Raises:
        UsageError: a claim names an unknown rule.
    """
    if unknown := [claim for claim in claims if claim.rule not in RULES]:
        raise UsageError(
            [f"claim {c.id}: no rule {c.rule!r}; choose from {', '.join(RULES)}" for c in unknown]
        )
    return tuple(RULES[claim.rule](claim, record) for claim in claims)
