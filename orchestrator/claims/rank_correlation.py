"""Whether two workloads put the frameworks into the same order (Spearman's rank correlation).

With the ranks of n frameworks in both workloads, and d the difference of a framework's two ranks,
rho = 1 - 6 sum(d^2) / (n (n^2 - 1)) (C. Spearman, 1904, "The proof and measurement of association
between two things"). Values that cannot be told apart share a range of ranks, so rho has a range,
too. Its bounds come from the smallest and the largest difference that each framework's ranks can
have. Not every combination of these differences is a possible order. So the bounds are wider than
necessary, and never decide too early.
"""

from __future__ import annotations

from orchestrator.claims.part import Part, bases, lacking, listed, names, numbers
from orchestrator.claims.quantity import RATE
from orchestrator.model.published import Claim, Verdict
from orchestrator.model.record import RunRecord
from orchestrator.quantities import Intervals
from orchestrator.stats.ranks import ranks

STRONG = 0.7
"""From this rho on, two orders count as similar: they share half of the variance (0.7^2 = 0.49)."""


def rank_correlation(claim: Claim, record: RunRecord) -> Part:
    """Whether the rates of `services` have a similar order in the claim's two workloads."""
    seen = {workload: RATE.of(record, workload) for workload in claim.workloads}
    told: dict[str, float] = {}
    for workload, known in seen.items():
        if part := lacking(claim, record, RATE, known, workload):
            return Part(verdict=part.verdict, why=f"{workload}: {part.why}", numbers=part.numbers)
        told |= numbers(claim, RATE, known, workload)
    first, second = ({s: one[s] for s in claim.services} for one in seen.values())
    least, most = correlation(first, second)
    told |= {"spearman_least": least, "spearman_most": most}
    unranked = sorted(
        f"{names(record)[service]} ({workload})"
        for workload, known in seen.items()
        for service in claim.services
        if known[service].at_least
    )
    every = [*first.values(), *second.values()]
    if least >= STRONG:
        verdict, how = Verdict.UPHELD, "at least the"
    elif most < STRONG:
        verdict, how = Verdict.REFUTED, "below the"
    else:
        verdict, how = Verdict.UNDECIDED, "on both sides of the"
    why = (
        f"the rank correlation of {' and '.join(claim.workloads)} over {len(claim.services)} "
        f"frameworks is {least:.2f} to {most:.2f}, {how} {STRONG:g} from which on two orders go "
        f"along"
    )
    if unranked:
        why += f", with only a lower bound for {listed(unranked)}"
    return Part(verdict=verdict, why=why, bases=bases(RATE, every), numbers=told)


def correlation(first: Intervals, second: Intervals) -> tuple[float, float]:
    """The lowest and the highest possible rho; both have the same services, at least two."""
    least = most = 0
    others = ranks(second, second)
    for service, (low, high) in ranks(first, first).items():
        other_low, other_high = others[service]
        least += max(0, low - other_high, other_low - high) ** 2
        most += max(high - other_low, other_high - low) ** 2
    n = len(first)
    scale = 6 / (n * (n**2 - 1))
    return max(-1.0, 1 - scale * most), 1 - scale * least
