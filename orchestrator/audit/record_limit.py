"""Rule ``verdict``: a failure has a reason, and ``limited_by`` follows from the trial's numbers."""

from __future__ import annotations

from collections.abc import Iterator
from math import isclose

from labwire.phase import LoadPhase
from orchestrator.audit.record_rows import label, open_label
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.limits import limited_by, open_loop_limited_by
from orchestrator.model.finding import Finding
from orchestrator.model.limit import Limit
from orchestrator.model.trial import OpenLoop, Outcome, Resources, Step, TrialRecord

EARLIER = {Limit.DATABASE_WAIT: (Limit.UNKNOWN, Limit.LATENCY_FLOOR)}
"""What the lab said before it had a word for a limit. That is less precise, but not wrong."""


def trial_limit(trial: TrialRecord, *, shared: bool = False) -> Iterator[Finding]:
    """Check that the outcome fits the numbers, and that ``limits.py`` gives the ``limited_by``.

    Args:
        shared: server and load shared one CPU.
    """
    row = ResultRow(name=label(trial))
    requests = None if trial.totals is None else trial.totals.requests
    if trial.outcome is Outcome.FAILED and not trial.reason:
        text = "The trial failed, but the record gives no reason."
        yield contradiction(row, "verdict", "failed", None, text)
    if trial.outcome is Outcome.MEASURED and requests is None and not trial.measurements:
        text = "The trial was measured, but it has no totals."
        yield contradiction(row, "verdict", "measured", None, text)
    if trial.outcome in (Outcome.SKIPPED, Outcome.NOT_OFFERED) and requests is not None:
        text = f"The trial was {trial.outcome}, but it has {requests:,} requests."
        yield contradiction(row, "verdict", str(trial.outcome), requests, text)
    if trial.limited_by is not None:
        yield from _limit(trial, trial.limited_by, row, shared)
    if trial.resources is not None:
        for part in trial.open_loop:
            yield from _open(trial, part, trial.resources, shared)


def _limit(trial: TrialRecord, told: str, row: ResultRow, shared: bool) -> Iterator[Finding]:
    if trial.totals is None or trial.resources is None or not trial.limited_by_evidence:
        text = f"limited_by is {told}, but the record has no evidence for it."
        yield doubt(row, "verdict", told, None, text)
        return
    holds = (step for step in trial.steps if step.phase == LoadPhase.HOLD)
    hold = next(holds, None) if trial.hold is not None else None
    limit, evidence = limited_by(
        hold, trial.totals, trial.resources, trial.companions, shared=shared
    )
    for name, number in evidence.items():
        other = trial.limited_by_evidence.get(name, number)  # an older lab recorded less
        if not isclose(number, other, rel_tol=1e-6, abs_tol=1e-9):
            seen, expected = shown(other), shown(number)
            text = f"{name} is {seen} in the evidence, but {expected} by the trial's own numbers."
            yield contradiction(row, "verdict", other, number, text)
    if told not in (limit, *EARLIER.get(limit, ())):
        # Not a contradiction: the lab that measured may have had other thresholds.
        text = f"limited_by is {told}, but today's rules give {limit} for the same numbers."
        yield doubt(row, "verdict", told, limit, text)


def _open(trial: TrialRecord, part: OpenLoop, used: Resources, shared: bool) -> Iterator[Finding]:
    """Check only whether the server kept up: the record lacks the evidence for other limits.

    This is a doubt, since the lab that measured may have had other thresholds.
    """
    kept = open_loop_limited_by(_as_step(part), part.rate, used, shared=shared) == Limit.SCHEDULE
    if kept != (part.limited_by == Limit.SCHEDULE):
        word = "kept" if kept else "did not keep"
        text = (
            f"limited_by is {part.limited_by}, but by today's rules the server {word} up with the "
            f"rate: it answered {shown(part.goodput_rps)} of {shown(part.rate)} requests/s, with "
            f"{part.failures:,} failures and {part.unfinished:,} unfinished requests."
        )
        at = ResultRow(name=open_label(trial, part))
        right = Limit.SCHEDULE if kept else f"not {Limit.SCHEDULE}"
        yield doubt(at, "verdict", part.limited_by, right, text)


def _as_step(part: OpenLoop) -> Step:
    both = "started_s duration_s requests failures failures_by_kind unfinished goodput_rps"
    both += " median_ms p99_ms server_cpu loadgen_cpu"
    same = {name: getattr(part, name) for name in both.split()}
    return Step(phase=LoadPhase.OPEN, users=part.connections, **same)
