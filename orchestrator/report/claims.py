"""The claims of a publication as one run or two decide them, as Markdown and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from orchestrator.model.catalogue import described
from orchestrator.model.published import Claim, Decision
from orchestrator.model.record import RunRecord
from orchestrator.report.column import Column
from orchestrator.report.published import claims_table
from orchestrator.report.table import Table, make_table, markdown, one_line
from orchestrator.words import printable


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A run, and what it says about each claim, in the order of the claims."""

    record: RunRecord
    decisions: tuple[Decision, ...]

    def name(self, other: Decided) -> str:
        """The heading of its column beside the other's: its set, else its id; both if needed."""
        of_set, run_id = self.record.settings.set_name, self.record.run_id
        if of_set is None:
            return run_id
        return f"{of_set} ({run_id})" if other.record.settings.set_name == of_set else of_set


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What each of two runs says about one claim."""

    claim: Claim
    base: Decision
    head: Decision

    @property
    def changed(self) -> bool:
        """Whether the verdicts differ."""
        return self.base.verdict != self.head.verdict


def claims_markdown(base: Decided, head: Decided | None) -> str:
    """The verdicts; of two runs beside each other, with the reasons of those that change."""
    lines = _of_one(base) if head is None else _of_two(base, head)
    return printable("\n".join(lines) + "\n")


def claims_document(base: Decided, head: Decided | None) -> list[dict[str, Any]]:
    """What ``lab claims --json`` prints: an object for each claim."""
    if head is None:
        run = base.record.run_id
        return [{"claim": one.claim.id, "run": run, **_of(one)} for one in base.decisions]
    return [
        {
            "claim": one.claim.id,
            "changed": one.changed,
            "base": {"run": base.record.run_id, **_of(one.base)},
            "head": {"run": head.record.run_id, **_of(one.head)},
        }
        for one in beside(base, head)
    ]


def beside(base: Decided, head: Decided) -> tuple[Beside, ...]:
    """The claims of both runs, which were given the same claims."""
    pairs = zip(base.decisions, head.decisions, strict=True)
    return tuple(Beside(claim=one.claim, base=one, head=other) for one, other in pairs)


def _of_one(base: Decided) -> Iterator[str]:
    yield "# What was claimed, and what a run says about it\n"
    yield from _runs(base)
    yield markdown(claims_table(base.decisions))


def _of_two(base: Decided, head: Decided) -> Iterator[str]:
    found = beside(base, head)
    changed = [one for one in found if one.changed]
    yield "# What was claimed, and what two runs say about it\n"
    yield f"**{len(changed)} of {len(found)} verdicts differ.** Each run decides by its own rows.\n"
    yield from _runs(base, head)
    yield markdown(_table(base, head, found))
    if changed:
        yield "## Why they differ\n"
    for one in changed:
        yield f"**{one_line(one.claim.text)}**\n"
        for name, decision in ((base.name(head), one.base), (head.name(base), one.head)):
            yield f"- {one_line(name)}, {decision.verdict}: {one_line(decision.text)}"
        yield ""


def _table(base: Decided, head: Decided, found: Sequence[Beside]) -> Table:
    columns: tuple[Column[Beside], ...] = (
        Column("claim", "Claim", lambda one: one.claim.text),
        Column("base", base.name(head), lambda one: str(one.base.verdict), words=True),
        Column("head", head.name(base), lambda one: str(one.head.verdict), words=True),
        Column("differs", "Differs", lambda one: "yes" if one.changed else "no", words=True),
    )
    return make_table(name="claims", title="Verdicts", columns=columns, rows=found)


def _runs(*runs: Decided) -> Iterator[str]:
    """A line for each run: enough to judge why one may decide more than another."""
    for run in runs:
        settings = run.record.settings
        trials = "one trial" if settings.repeats == 1 else f"{settings.repeats} trials"
        about = "Services named one by one." if run.record.named else described(settings.set_name)
        said = f"profile {settings.profile}, {trials} of each row. {about}".rstrip()
        yield f"- {one_line(run.record.run_id)}: {one_line(said)}"
    yield ""


def _of(decision: Decision) -> dict[str, Any]:
    return {"verdict": decision.verdict, "text": decision.text, "numbers": decision.numbers}
