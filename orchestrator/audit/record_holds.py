"""Rule ``verdict`` for two holds: the one from which less CPU time was stolen counts."""

from __future__ import annotations

from collections.abc import Iterator

from labwire.phase import LoadPhase
from orchestrator.audit.record_rows import label
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.trial import TrialRecord


def two_holds(trial: TrialRecord) -> Iterator[Finding]:
    """A hold is set aside only for another one that was less disturbed, and not for its rate."""
    row = ResultRow(name=f"{label(trial)}, hold")
    aside = [step for step in trial.steps if step.phase == LoadPhase.DISTURBED]
    held = [step for step in trial.steps if step.phase == LoadPhase.HOLD]
    if len(aside) > 1:
        text = f"{len(aside)} holds do not count, but a hold is measured again only once."
        yield doubt(row, "verdict", len(aside), 1, text)
    for step in aside:
        if not held:
            text = "A hold does not count because it was disturbed, but there is no other one."
            yield contradiction(row, "verdict", step.phase, None, text)
        for other in held:
            yield from _quieter(row, step.stolen, other.stolen)


def _quieter(row: ResultRow, aside: float | None, held: float | None) -> Iterator[Finding]:
    """Compare what was stolen during two holds; what is unknown cannot be compared."""
    if aside is None or held is None or held <= aside:
        return
    text = (
        f"{shown(held)} of a CPU was stolen during the hold that counts, but {shown(aside)} during "
        "the one that does not: the quieter one counts."
    )
    yield contradiction(row, "verdict", held, aside, text)
