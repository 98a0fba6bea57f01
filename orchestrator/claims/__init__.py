"""Decides the claims of a publication from a run's data.

A claim is upheld, refuted or undecided; or it depends on the server, if the run serves a framework
in several ways.
"""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.claims.all_choices import no_choice, of_all_choices
from orchestrator.claims.choices import choices, without_choice
from orchestrator.claims.rules import RULES
from orchestrator.errors import UsageError
from orchestrator.model.published import Claim, Decision
from orchestrator.model.record import RunRecord

__all__ = ["RULES", "decide", "told_of"]


def told_of(record: RunRecord, claims: Sequence[Claim]) -> tuple[Claim, ...]:
    """The claims that a run's report is about; `lab claims` is about all.

    Left out are those about frameworks of which the run has none, such as the article's in a run of
    the set orm.
    """
    measured = record.settings.workloads
    ran = {name for t in record.trials for name in (t.service, t.server.framework_of(t.service))}
    return tuple(
        one
        for one in claims
        if not (one.apart and set(one.workloads).isdisjoint(measured))
        and not (one.services and ran and set(one.services).isdisjoint(ran))
    )


def decide(claims: Sequence[Claim], record: RunRecord) -> tuple[Decision, ...]:
    """A decision for each claim, in the order of the claims.

    Raises:
        UsageError: a claim names an unknown rule.
    """
    if unknown := [claim for claim in claims if claim.rule not in RULES]:
        raise UsageError(
            [f"claim {c.id}: no rule {c.rule!r}; choose from {', '.join(RULES)}" for c in unknown]
        )
    return tuple(_decided(claim, record) for claim in claims)


def _decided(claim: Claim, record: RunRecord) -> Decision:
    if mixed := without_choice(claim, record):
        return no_choice(claim, mixed)
    rule = RULES[claim.rule]
    found = [(one, rule(one.applied(claim), record)) for one in choices(claim, record)]
    return of_all_choices(claim, found)
