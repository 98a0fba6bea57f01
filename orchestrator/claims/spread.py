"""Claims that a framework is slow among others, and that frameworks have the same rate."""

from __future__ import annotations

from orchestrator.claims.part import (
    Part,
    bases,
    lacking,
    listed,
    names,
    numbers,
    overall,
    with_value,
)
from orchestrator.claims.quantity import MEDIAN, RATE, Quantity
from orchestrator.model.published import Claim, Verdict
from orchestrator.model.record import RunRecord
from orchestrator.stats.interval import medians_together


def slow(claim: Claim, record: RunRecord, workload: str) -> Part:
    """Whether each of `services` has a lower rate and a higher median than the middle of `others`.

    Upheld if both hold, refuted if one fails. A claim of "high" or "low" gives no number, so the
    median of the others is the threshold.
    """
    parts = [
        _beside_middle(claim, record, RATE, workload, above=False),
        _beside_middle(claim, record, MEDIAN, workload, above=True),
    ]
    return Part(
        verdict=overall({part.verdict for part in parts}),
        why=", and ".join(part.why for part in parts),
        bases=tuple(dict.fromkeys(basis for part in parts for basis in part.bases)),
        numbers={name: value for part in parts for name, value in part.numbers.items()},
    )


def _beside_middle(
    claim: Claim, record: RunRecord, quantity: Quantity, workload: str, *, above: bool
) -> Part:
    seen = quantity.of(record, workload)
    if part := lacking(claim, record, quantity, seen, workload):
        return part
    others = medians_together([seen[other] for other in claim.others])
    known = names(record)
    clauses, verdicts = [], set()
    for service in claim.services:
        own = seen[service]
        higher, lower = own.above(others), others.above(own)
        where = "above" if higher else "below" if lower else "not told apart from"
        shown = with_value(quantity, f"the middle of the other {len(claim.others)}", others)
        clauses.append(f"{with_value(quantity, known[service], own)} is {where} {shown}")
        if not (higher or lower):
            verdicts.add(Verdict.UNDECIDED)
        else:
            verdicts.add(Verdict.UPHELD if higher == above else Verdict.REFUTED)
    return Part(
        verdict=overall(verdicts),
        why=listed(clauses),
        bases=bases(quantity, [seen[name] for name in (*claim.services, *claim.others)]),
        numbers=numbers(claim, quantity, seen, workload),
    )


def same_rate(claim: Claim, record: RunRecord, workload: str) -> Part:
    """Whether the rates of `services` are within `factor` of each other.

    Refuted if two are further apart beyond doubt. Upheld if even the ends of all intervals are
    within `factor`; this needs repeats that spread less than that.
    """
    seen = RATE.of(record, workload)
    if part := lacking(claim, record, RATE, seen, workload):
        return part
    ordered = sorted(claim.services, key=lambda service: seen[service].value)
    lowest, highest = ordered[0], ordered[-1]
    ends = [seen[service] for service in claim.services]
    if any(one.above(other, claim.factor) for one in ends for other in ends):
        verdict = Verdict.REFUTED
    elif max(one.high for one in ends) <= claim.factor * min(one.low for one in ends):
        verdict = Verdict.UPHELD
    else:
        verdict = Verdict.UNDECIDED
    known = names(record)
    ratio = seen[highest].value / seen[lowest].value if seen[lowest].value else float("inf")
    why = (
        f"{with_value(RATE, known[highest], seen[highest])} is {ratio:.3g} times "
        f"{with_value(RATE, known[lowest], seen[lowest])}, where the claim allows "
        f"{claim.factor:g} times"
    )
    return Part(
        verdict=verdict,
        why=why,
        bases=bases(RATE, ends),
        numbers=numbers(claim, RATE, seen, workload),
    )
