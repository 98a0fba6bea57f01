"""One decision from those of all choices of rows, each with a server of its own."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.claims.choices import Choice
from orchestrator.claims.part import listed
from orchestrator.model.published import Claim, Decision, Verdict


def of_all_choices(claim: Claim, found: Sequence[tuple[Choice, Decision]]) -> Decision:
    """One decision from those of all choices of rows, which name their rows.

    The verdict is that of all choices if they agree. The claim depends on the server if one upholds
    it and another refutes it. Otherwise it is undecided. With several choices, the names of numbers
    that belong to a choice and not to a row begin with its server.
    """
    verdicts = {decision.verdict for _, decision in found}
    (first, decision), *others = found
    if len(verdicts) > 1:
        told = [f"With {one.server}{_rows(one)}, {d.verdict}: {_small(d.text)}" for one, d in found]
    else:
        server = f" with {first.server}" if first.server else ""
        rows = f" Rows{server}: {listed(first.ways)}." if first.ways else ""
        told = [f"{decision.text}{rows}"]
        told += [f"The same with {one.server}{_rows(one)}." for one, _ in others]
    decides = {Verdict.UPHELD, Verdict.REFUTED}
    split = Verdict.DEPENDS if decides <= verdicts else Verdict.UNDECIDED
    return Decision(
        claim=claim,
        verdict=split if len(verdicts) > 1 else decision.verdict,
        workload=decision.workload,
        text=" ".join(told),
        numbers=_numbers(found),
    )


def no_choice(claim: Claim, frameworks: Sequence[str]) -> Decision:
    """Undecided: these frameworks have several rows, but no server that all of them have."""
    text = (
        f"The run serves {listed(frameworks)} in several ways, but there is no server on which it "
        f"serves all of them."
    )
    return Decision(claim=claim, verdict=Verdict.UNDECIDED, workload=None, text=text)


def _numbers(found: Sequence[tuple[Choice, Decision]]) -> dict[str, float]:
    """The numbers of all choices. Those of a row are the same in every choice that has the row."""
    if len(found) == 1:
        return found[0][1].numbers
    servers = [one.server for one, _ in found]
    told: dict[str, float] = {}
    for one, decision in found:
        place = one.server if servers.count(one.server) == 1 else f"{one.server}{_rows(one)}"
        for name, value in decision.numbers.items():
            of_row = not {*one.rows.values()}.isdisjoint(name.split("."))
            told[name if of_row else f"{place}.{name}"] = value
    return told


def _rows(choice: Choice) -> str:
    return f" ({listed(choice.ways)})" if choice.ways else ""


def _small(text: str) -> str:
    """A sentence as it goes on after a colon."""
    return f"t{text[1:]}" if text.startswith("The ") else text
