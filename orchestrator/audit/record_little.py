"""Rule ``little`` for a hold: requests under way = rate x mean latency."""

from __future__ import annotations

from collections.abc import Iterator

from labwire.phase import LoadPhase
from orchestrator.audit.record_histogram import decoded
from orchestrator.audit.record_rows import label
from orchestrator.audit.row import ResultRow, contradiction, shown
from orchestrator.model.finding import Finding
from orchestrator.model.trial import TrialRecord

FAR = 0.10
"""Allowed difference, as a share of the users. In the committed run both sides agree within 2.3 %;
a step gets a caveat from 5 % on (``doubts/trial.py``)."""


def hold_little(trial: TrialRecord) -> Iterator[Finding]:
    """Compare goodput x mean of the hold's histogram with users x ``in_flight``.

    Both are the mean number of requests under way, one from the answers, the other from the
    client's own clock. Besides ``FAR``, the rule allows for requests under way at the ends of the
    hold, which only one of the two may count: for each user, three times the longest latency as a
    share of the hold. With failures nothing is compared, since the answers then do not show all
    requests under way.
    """
    step = next((step for step in trial.steps if step.phase == LoadPhase.HOLD), None)
    if step is None or trial.hold is None or trial.histogram is None:
        return
    if step.failures or step.in_flight is None or trial.hold.max_ms is None or step.duration_s <= 0:
        return
    histogram = decoded(trial.histogram)
    if histogram is None or histogram.get_total_count() == 0:
        return
    mean_ms = histogram.get_mean_value() / 1000
    answered = trial.hold.goodput_rps * mean_ms / 1000
    under_way = step.users * step.in_flight
    longest_s = max(trial.hold.max_ms, step.pending_age_max_ms or 0.0) / 1000
    ends = 3 * step.users * longest_s / step.duration_s
    if abs(answered - under_way) > FAR * step.users + ends:
        text = (
            f"{shown(trial.hold.goodput_rps)} answers/s with a mean latency of {shown(mean_ms)} ms "
            f"imply {shown(answered)} requests under way, but the client measured "
            f"{shown(under_way)} with {step.users} users."
        )
        row = ResultRow(name=f"{label(trial)}, hold")
        yield contradiction(row, "little", answered, under_way, text)
