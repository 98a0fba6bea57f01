"""Make the trial's row from the load's result and what the bench observed. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from labwire.events import LoadResult
from labwire.phase import LoadPhase
from orchestrator.doubts.trial import other_work, trial_caveats
from orchestrator.doubts.wrong_answers import WrongAnswers
from orchestrator.experiments.load import measure
from orchestrator.experiments.load.observed import Observed
from orchestrator.experiments.load.open_loop import open_loop
from orchestrator.experiments.load.steps import steps
from orchestrator.limits import limited_by
from orchestrator.model.trial import Companion, LocustTotals, TrialRecord


def concluded(
    record: TrialRecord,
    result: LoadResult,
    observed: Observed,
    companions: Sequence[Companion] = (),
) -> TrialRecord:
    """``record`` with everything that the trial measured, what limited it, and its caveats.

    Args:
        companions: what ran beside the service, with what it used.
    """
    totals = measure.totals(result)
    found = steps(result, observed)
    holds = (step for step in found if step.phase == LoadPhase.HOLD)
    hold = next(holds, None) if measure.held(result) else None
    disturbed = next((step for step in found if step.phase == LoadPhase.DISTURBED), None)
    used = measure.resources(result, observed)
    limit, evidence = limited_by(hold, totals, used, companions, shared=observed.shared)
    return replace(
        record,
        companions=tuple(companions),
        workers=result.workers,
        totals=totals,
        hold=measure.hold(result),
        hold_users=hold.users if hold else None,
        steps=found,
        breaking_users=measure.breaking_users(result),
        failures_by_kind=measure.failures_by_kind(result),
        failure_reasons=result.failure_reasons,
        unfinished=sum(step.unfinished for step in measure.closed(result)),
        connects=sum(step.connects for step in measure.closed(result)),
        server_closes=sum(step.server_closes for step in measure.closed(result)),
        ramp_ended=result.ramp_ended,
        limited_by=limit,
        limited_by_evidence=evidence,
        resources=used,
        histogram=measure.hold_histogram(result),
        open_loop=open_loop(result, observed, used),
        locust=LocustTotals(
            requests=result.locust.requests,
            failures=result.locust.failures,
            rps=result.locust.rps,
            median_ms=result.locust.median_ms,
        ),
        caveats=(
            *trial_caveats(
                hold,
                limit,
                base=observed.image.base,
                every_step_had_drops=result.best_had_drops,
                disturbed=disturbed,
                wrong=WrongAnswers.of(hold, result.failure_reasons) if hold else None,
            ),
            *other_work(found, shared=observed.shared),
        ),
    )
