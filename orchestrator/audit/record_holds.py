"""Rule ``verdict`` for two holds: the one from which less CPU time was stolen counts."""

from __future__ import annotations

from collections.abc import Iterator

from labwire.phase import LoadPhase
from orchestrator.audit.record_rows import label
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.trial import Step, TrialRecord


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
        yield from (_quieter(row, step, other) for other in held if _more(other) > _more(step))


def _quieter(row: ResultRow, aside: Step, held: Step) -> Finding:
    text = (
        f"{shown(_more(held))} of a CPU was stolen during the hold that counts, but "
        f"{shown(_more(aside))} during the one that does not: the quieter one counts."
    )
    return contradiction(row, "verdict", _more(held), _more(aside), text)


def _more(step: Step) -> float:
    return max(step.server_steal or 0.0, step.loadgen_steal or 0.0)
