"""One workload's part of a decision, and how parts are joined and put into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orchestrator.claims.quantity import Quantity
from orchestrator.model.published import Claim, Decision, Verdict
from orchestrator.model.record import RunRecord
from orchestrator.quantities import Intervals
from orchestrator.stats.interval import REPEATS_LEAST, Interval
from orchestrator.stats.tukey import ERROR


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """``why``: a clause without a full stop. ``bases``: what counted as a difference in it."""

    verdict: Verdict
    why: str
    bases: tuple[str, ...] = ()
    numbers: dict[str, float] = field(default_factory=dict)


def joined(claim: Claim, parts: Mapping[str, Part]) -> Decision:
    """One decision from the parts of all workloads; ``overall`` gives its verdict."""
    several = len(parts) > 1
    said = [
        f"{workload}{f', {part.verdict}' if several else ''}: {part.why}" if workload else part.why
        for workload, part in parts.items()
    ]
    bases = dict.fromkeys(basis for part in parts.values() for basis in part.bases)
    how = f" ({'; '.join(bases)})" if bases else ""
    text = f"{'; '.join(said)}{how}."
    return Decision(
        claim=claim,
        verdict=overall({part.verdict for part in parts.values()}),
        workload=None if several else next(iter(parts)) or None,
        text=f"T{text[1:]}" if text.startswith("the ") else text,
        numbers={name: value for part in parts.values() for name, value in part.numbers.items()},
    )


def overall(verdicts: set[Verdict]) -> Verdict:
    """Refuted if any is, upheld if all are, else undecided."""
    if Verdict.REFUTED in verdicts:
        return Verdict.REFUTED
    return Verdict.UPHELD if verdicts == {Verdict.UPHELD} else Verdict.UNDECIDED


def names(record: RunRecord) -> dict[str, str]:
    """Service -> the name that people know."""
    return {trial.service: trial.server.name for trial in record.trials}


def lacking(
    claim: Claim, record: RunRecord, quantity: Quantity, seen: Intervals, workload: str
) -> Part | None:
    """An undecided part that names services without a value; None if all have one."""
    known = names(record)
    absent = [
        known.get(service, service)
        for service in (*claim.services, *claim.others)
        if service not in seen
    ]
    if not absent:
        return None
    return Part(
        verdict=Verdict.UNDECIDED,
        why=f"the run has {quantity.missing} of {listed(absent)}",
        numbers=numbers(claim, quantity, seen, workload),
    )


def numbers(claim: Claim, quantity: Quantity, seen: Intervals, workload: str) -> dict[str, float]:
    """The values that a claim is about, by a name for programs."""
    place = f"{workload}." if workload else ""
    return {
        f"{place}{service}.{quantity.key}{'_at_least' if one.at_least else ''}": one.value
        for service, one in seen.items()
        if service in {*claim.services, *claim.others}
    }


def with_value(quantity: Quantity, name: str, one: Interval) -> str:
    """A name with its value: ``Flask (2,254 requests/s)``."""
    return f"{name} ({'≥ ' if one.at_least else ''}{quantity.show(one.value)})"


def bases(quantity: Quantity, seen: Sequence[Interval]) -> tuple[str, ...]:
    """In words, what counts as a difference between these values."""
    found = []
    if quantity.doubt:
        repeats = min(one.samples for one in seen)
        if all(one.tested for one in seen):
            error = f"{100 * ERROR:g} %"
            found.append(f"told apart by Tukey's test, {error} for all pairs of a workload")
        elif repeats >= REPEATS_LEAST:
            found.append(f"told apart by the ranges of {repeats} repeats")
        else:
            found.append(
                f"with fewer than {REPEATS_LEAST} repeats {quantity.doubt} are not decided"
            )
    if any(one.at_least for one in seen):
        found.append(f"≥: {quantity.bound}")
    return tuple(found)


def listed(words: Sequence[str]) -> str:
    """Words as a list: ``a``, ``a and b``, ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
