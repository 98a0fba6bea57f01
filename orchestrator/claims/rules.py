"""The rules that decide claims, by the names that claims use."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orchestrator.claims.pairs import compared
from orchestrator.claims.part import Part, joined
from orchestrator.claims.quantity import COST, DISK, MEDIAN, MEMORY, RATE, Quantity
from orchestrator.claims.rank_correlation import rank_correlation
from orchestrator.claims.spread import same_rate, slow
from orchestrator.model.published import Claim, ClaimRule, Decision
from orchestrator.model.record import RunRecord

Rule = Callable[[Claim, RunRecord], Decision]
Decide = Callable[[Claim, RunRecord, str], Part]


def _pairs(quantity: Quantity, *, above: bool) -> Decide:
    def decide(claim: Claim, record: RunRecord, workload: str) -> Part:
        return compared(claim, record, quantity, workload, above=above)

    return decide


def _each_workload(decide: Decide) -> Rule:
    """Decide for each workload that the claim names; without any, for all workloads of the run."""

    def rule(claim: Claim, record: RunRecord) -> Decision:
        workloads = claim.workloads or record.settings.workloads
        return joined(claim, {workload: decide(claim, record, workload) for workload in workloads})

    return rule


def _once(decide: Decide) -> Rule:
    """Decide once for the whole run."""

    def rule(claim: Claim, record: RunRecord) -> Decision:
        return joined(claim, {"": decide(claim, record, "")})

    return rule


RULES: Mapping[str, Rule] = {
    ClaimRule.HIGHER_RATE: _each_workload(_pairs(RATE, above=True)),
    ClaimRule.HIGHER_COST: _each_workload(_pairs(COST, above=True)),
    ClaimRule.LOWER_MEDIAN: _each_workload(_pairs(MEDIAN, above=False)),
    ClaimRule.LESS_MEMORY: _once(_pairs(MEMORY, above=False)),
    ClaimRule.LESS_DISK: _once(_pairs(DISK, above=False)),
    ClaimRule.SLOW: _each_workload(slow),
    ClaimRule.SAME_RATE: _each_workload(same_rate),
    ClaimRule.RANK_CORRELATION: _once(lambda claim, record, _: rank_correlation(claim, record)),
}
"""`higher-rate`: each of `services` has more than `factor` times the rate of each of `others`.
`higher-cost`: each needs more than `factor` times the server's CPU time for a request of each.
`lower-median`, `less-memory`, `less-disk`: each of `services` is below each of `others`, by
`factor`. `slow`: each has a lower rate and a higher median than the middle of `others`.
`same-rate`: all `services` are within `factor`. `rank-correlation`: the rates of `services` have a
similar order in the two `workloads`.
"""
