"""Rules ``counts`` and ``rate`` for a trial: all counts of the same thing must agree exactly."""

from __future__ import annotations

from collections.abc import Iterator

from labwire.phase import LoadPhase
from orchestrator.audit.record_rows import label, open_label, step_label
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.trial import OpenLoop, Outcome, Step, Totals, TrialRecord

RATE = 0.001
"""The lab keeps all digits of a rate. A number edited by hand usually has three or four."""
ENDS = 0.01
"""Successes that ended in the hold and successes that began in it differ by the requests under way
at its ends: at most one for each user, plus this share for answers that come in bursts."""
DUE = 0.05
"""All requests due at a constant rate are counted, whether they were sent or not. The committed run
is within 0.3 %; the rest allows for very short open loops, as in tests."""
KINDS = "their kinds add up to"


def trial_counts(trial: TrialRecord) -> Iterator[Finding]:
    """Compare totals with steps, kinds of failures and Locust's counts, and rates with counts."""
    row = ResultRow(name=label(trial))
    hold = ResultRow(name=f"{label(trial)}, hold")
    steps = [(ResultRow(name=step_label(trial, step)), step) for step in trial.steps]
    open_loop = [(ResultRow(name=open_label(trial, part)), part) for part in trial.open_loop]
    if trial.totals is not None:
        kinds = sum(trial.failures_by_kind.values())
        yield from _equal(row, "failures", trial.totals.failures, kinds, KINDS)
        yield from _totals(trial, trial.totals, row)
    if trial.hold is not None:
        yield from _hold(trial, trial.hold, hold)
    counted: list[tuple[ResultRow, Step | OpenLoop]] = [*steps, *open_loop]
    for at, one in counted:
        kinds = sum(one.failures_by_kind.values())
        yield from _equal(at, "failures", one.failures, kinds, KINDS)
    for at, part in open_loop:
        yield from _open(part, at)
    for at, lasted in ((row, trial.totals), (hold, trial.hold), *counted):
        if lasted is not None and lasted.duration_s <= 0:
            text = f"It is said to have lasted {shown(lasted.duration_s)} s, which is impossible."
            yield contradiction(at, "rate", lasted.duration_s, None, text)
    if trial.steps:
        yield from _breaking(trial, row)


def _totals(trial: TrialRecord, totals: Totals, row: ResultRow) -> Iterator[Finding]:
    for what in ("requests", "failures", "unfinished", "connects", "server_closes"):
        told = getattr(totals if what in ("requests", "failures") else trial, what)
        added = [getattr(step, what) for step in trial.steps]
        if told is not None and added and None not in added:
            yield from _equal(row, what, told, sum(added), "the steps add up to")
    # If these disagree, the trial fails and says so itself. So only measured ones are compared.
    if trial.locust is not None and trial.outcome is Outcome.MEASURED:
        other = trial.locust
        yield from _equal(row, "requests", totals.requests, other.requests, "Locust counted")
        yield from _equal(row, "failures", totals.failures, other.failures, "Locust counted")
    yield from _rate(row, "rps", totals.rps, totals.requests, totals.duration_s)
    successes = totals.requests - totals.failures
    yield from _rate(row, "goodput_rps", totals.goodput_rps, successes, totals.duration_s)


def _hold(trial: TrialRecord, hold: Totals, at: ResultRow) -> Iterator[Finding]:
    yield from _rate(at, "rps", hold.rps, hold.requests, hold.duration_s)
    steps = [step for step in trial.steps if step.phase == LoadPhase.HOLD]
    if steps:
        for what in ("requests", "failures"):
            counted = sum(getattr(step, what) for step in steps)
            yield from _equal(at, what, getattr(hold, what), counted, "its step has")
        if trial.hold_users is not None:
            users = steps[0].users
            yield from _equal(at, "users", trial.hold_users, users, "its step has")
    users = max([step.users for step in trial.steps] + [trial.hold_users or 0])
    if trial.hold_users is not None:
        most = hold.requests - hold.failures + users + ENDS * hold.requests
        yield from _ended(hold, at, most)


def _open(part: OpenLoop, row: ResultRow) -> Iterator[Finding]:
    yield from _ended(part, row, (part.requests - part.failures) * (1 + RATE) + part.connections)
    yield from _cost(part, row)
    due, sent = part.rate * part.duration_s, part.requests + part.unfinished
    if abs(sent - due) > DUE * due + 1:
        text = (
            f"There are {sent:,} requests, including unfinished ones, but {shown(due)} were due in "
            f"{shown(part.duration_s)} s at {shown(part.rate)} requests/s."
        )
        yield doubt(row, "counts", sent, due, text)


def _ended(part: Totals | OpenLoop, row: ResultRow, most: float) -> Iterator[Finding]:
    """There cannot be more successes that ended (from ``goodput_rps``) than ``most``."""
    ended, successes = part.goodput_rps * part.duration_s, part.requests - part.failures
    if ended > most:
        text = (
            f"goodput_rps implies {shown(ended)} successes in {shown(part.duration_s)} s, but of "
            f"{part.requests:,} requests {part.failures:,} failed."
        )
        yield contradiction(row, "counts", ended, successes, text)


def _cost(part: OpenLoop, row: ResultRow) -> Iterator[Finding]:
    """The CPU time for a request is the server's CPU use, divided by its successes/s."""
    told = part.cpu_us_per_request
    if told is None or part.server_cpu is None or not part.goodput_rps:
        return
    expected = part.server_cpu / part.goodput_rps * 1e6
    text = f"server_cpu = {shown(part.server_cpu)} at {shown(part.goodput_rps)} successes/s"
    text += f" are {shown(expected)} µs a request, but cpu_us_per_request is {shown(told)}."
    if abs(told - expected) > RATE * max(expected, told):
        yield contradiction(row, "counts", told, expected, text)


def _breaking(trial: TrialRecord, row: ResultRow) -> Iterator[Finding]:
    first = next((s.users for s in trial.steps if s.phase == LoadPhase.RAMP and s.failures), None)
    if first != trial.breaking_users:
        other = f"the first such step had {first}" if first is not None else "no step had failures"
        text = (
            f"breaking_users (the users of the ramp's first step with failures) is "
            f"{trial.breaking_users}, but {other}."
        )
        yield contradiction(row, "counts", trial.breaking_users, first, text)


def _equal(row: ResultRow, what: str, told: int, other: int, whose: str) -> Iterator[Finding]:
    if told != other:
        yield contradiction(
            row, "counts", told, other, f"{what} is {told:,}, but {whose} {other:,}."
        )


def _rate(
    row: ResultRow, what: str, told: float, count: int, duration_s: float
) -> Iterator[Finding]:
    if duration_s <= 0:
        return
    expected = count / duration_s
    if abs(told - expected) > RATE * max(expected, told):
        text = (
            f"{count:,} in {shown(duration_s)} s are {shown(expected)} a second, but {what} is "
            f"{shown(told)}."
        )
        yield contradiction(row, "rate", told, expected, text)
