"""Claims that each of some frameworks is above, or below, each of some others."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.claims.part import Part, bases, lacking, listed, names, numbers, with_value
from orchestrator.claims.quantity import Quantity
from orchestrator.model.published import Claim, Verdict
from orchestrator.model.record import RunRecord
from orchestrator.quantities import Intervals

Pairs = Sequence[tuple[str, str]]


def compared(
    claim: Claim, record: RunRecord, quantity: Quantity, workload: str, *, above: bool
) -> Part:
    """Whether each of `services` is above (or below) each of `others`, by `factor`.

    Upheld if all pairs except `exceptions` hold beyond doubt. Refuted if more than `exceptions`
    fail beyond doubt.
    """
    seen = quantity.of(record, workload)
    if part := lacking(claim, record, quantity, seen, workload):
        return part
    pairs = [(service, other) for service in claim.services for other in claim.others]
    held = [pair for pair in pairs if _holds(seen, pair, claim.factor, above=above)]
    failed = [pair for pair in pairs if _fails(seen, pair, claim.factor, above=above)]
    open_ = [pair for pair in pairs if pair not in held and pair not in failed]
    times = "" if claim.factor == 1 else f" {claim.factor:g} times"
    way, other_way = ("above", "below") if above else ("below", "above")

    def said(what: str, some: Pairs) -> str:
        return _said(quantity, names(record), seen, what, some)

    if len(held) >= len(pairs) - claim.exceptions:
        verdict, clauses = Verdict.UPHELD, [said(f"{way}{times}", held)]
        clauses += [f"but {said(f'{other_way}{times}', failed)}"] if failed else []
        clauses += [f"but {said(f'not told apart from{times}', open_)}"] if open_ else []
    elif len(failed) > claim.exceptions:
        verdict, clauses = Verdict.REFUTED, [said(f"{other_way}{times}", failed)]
    else:
        verdict, clauses = Verdict.UNDECIDED, [said(f"not told apart from{times}", open_)]
        clauses += [f"and {said(f'{other_way}{times}', failed)}"] if failed else []
    return Part(
        verdict=verdict,
        why=", ".join(clauses),
        bases=bases(quantity, [seen[name] for name in (*claim.services, *claim.others)]),
        numbers=numbers(claim, quantity, seen, workload),
    )


def _holds(seen: Intervals, pair: tuple[str, str], factor: float, *, above: bool) -> bool:
    high, low = pair if above else pair[::-1]
    return seen[high].above(seen[low], factor)


def _fails(seen: Intervals, pair: tuple[str, str], factor: float, *, above: bool) -> bool:
    high, low = pair if above else pair[::-1]
    return seen[high].not_above(seen[low], factor)


def _said(
    quantity: Quantity, known: dict[str, str], seen: Intervals, what: str, pairs: Pairs
) -> str:
    """The pairs in words. Services that are compared with the same others share a clause."""

    def shown(services: Sequence[str]) -> str:
        return listed([with_value(quantity, known[name], seen[name]) for name in services])

    beside: dict[str, tuple[str, ...]] = {}
    for service, other in pairs:
        beside[service] = (*beside.get(service, ()), other)
    groups: dict[tuple[str, ...], list[str]] = {}
    for service, others in beside.items():
        groups.setdefault(others, []).append(service)
    return ", ".join(
        f"{shown(services)} {'is' if len(services) == 1 else 'are'} {what} {shown(others)}"
        for others, services in groups.items()
    )
