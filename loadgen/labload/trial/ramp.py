"""The 2019 protocol as a pure state machine: from time and counts to the next stage.

Users rise step by step until a request fails or no step is left (`ramp`). Then users return to the
best step, and the server recovers from overload (`settle`, repeated as long as needed). For the
rest of the time this load is kept (`hold`), and its numbers are published. A hold from which a
hypervisor took too much CPU time is measured again, once, and the less disturbed one counts. After
that, and not part of the protocol, latency is measured at constant arrival rates (`open`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

from labwire.phase import LoadPhase, RampEnd
from labwire.settings import RampSettings
from labwire.thresholds import STEAL_MOST

NEARLY_BEST = 0.95
"""A rate this close to the highest is as good, because the difference is noise. The fewest users
that reach it are the knee; more users only add waiting (latency = users / rate)."""

LEAST_HOLD = 0.2
"""Share of the trial that is kept for the hold, even if the server has not recovered."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the trial with a constant number of users."""

    index: int
    phase: LoadPhase
    users: int
    until_s: float
    """When it ends, in seconds since the trial began."""
    rate: float | None = None
    """Arrival rate in requests/s; None in the closed loop."""
    share: float | None = None
    """The arrival rate as a share of the hold's rate; None for the common rate."""


@dataclass(frozen=True, slots=True)
class Score:
    """The counts of a stage, from which the next stage is chosen."""

    completed: int
    """Successes that ended within the step."""
    requests: int
    """Successes and failures that began within the step."""
    drops: int
    """Failures that began within the step."""
    duration_s: float
    stolen: float | None = None
    """Share of the time in which a hypervisor had taken a CPU of server or load; None: unknown."""

    @property
    def rate(self) -> float:
        """Successes a second."""
        return self.completed / self.duration_s if self.duration_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Ramp:
    """The state of a trial; `first` makes it, and `advance` gives the next one."""

    settings: RampSettings
    stage: Stage
    """The current stage, or the last one once the trial is over."""
    ended: RampEnd | None = None
    """Why the ramp ended; None while it goes on."""
    best_index: int | None = None
    best_had_drops: bool = False
    steps: int = 0
    """How many steps the ramp had when it ended."""
    second_until_s: float | None = None
    """When the second hold ends; None: there is none."""
    disturbed_index: int | None = None
    """The one of two holds that does not count; None: only one has ended."""
    to_come: tuple[Stage, ...] = ()
    """The remaining stages of the open loop; their ends are not known yet."""
    over: bool = False

    @property
    def closed_until_s(self) -> float:
        """When the closed loop ends, in seconds since the trial began."""
        if self.second_until_s is not None:
            return self.second_until_s
        return self.settings.duration_s

    def holds_again(self, stolen: float | None) -> bool:
        """Whether the hold that now ends is measured again: if it is the first, and disturbed.

        Args:
            stolen: as in `Score`, of this hold.
        """
        first_hold = self.stage.phase is LoadPhase.HOLD and self.second_until_s is None
        return first_hold and stolen is not None and stolen > STEAL_MOST


def first(settings: RampSettings) -> Ramp:
    """The ramp at its first step."""
    until_s = min(settings.step_s, settings.duration_s)
    return Ramp(settings, Stage(0, LoadPhase.RAMP, settings.users[0], until_s))


def advance(ramp: Ramp, now_s: float, scores: Sequence[Score]) -> Ramp:
    """The ramp after its current stage, which ended at `now_s`.

    `scores` are those of all stages so far, in order. A drop in an earlier step ends the ramp, too,
    because a timeout may be noticed only long after its step.
    """
    if ramp.stage.phase is LoadPhase.RAMP:
        ramp = _judge_step(ramp, now_s, scores)
    elif ramp.stage.phase is LoadPhase.SETTLE and _best_has_new_drops(ramp, scores):
        ramp = _choose(ramp, scores[: ramp.steps])
    if now_s < ramp.closed_until_s:
        return replace(ramp, stage=_next_stage(ramp, now_s, scores[-1]))
    if ramp.holds_again(scores[-1].stolen):
        until_s = now_s + scores[-1].duration_s
        stage = replace(ramp.stage, index=ramp.stage.index + 1, until_s=until_s)
        return replace(ramp, stage=stage, second_until_s=until_s)
    if ramp.stage.phase is LoadPhase.HOLD:
        ramp = _held(ramp, scores)
    if not ramp.to_come:
        return replace(ramp, over=True)
    coming, *rest = ramp.to_come
    until_s = now_s + ramp.settings.open_s
    return replace(ramp, stage=replace(coming, until_s=until_s), to_come=tuple(rest))


def choose_best(scores: Sequence[Score]) -> int:
    """The index of the knee: of the steps without drops, the first with nearly the highest rate.

    If every step has drops, the step with the fewest drops per request.
    """
    steps = range(len(scores))
    clean = [index for index in steps if not scores[index].drops]
    if clean:
        enough = NEARLY_BEST * max(scores[index].rate for index in clean)
        return next(index for index in clean if scores[index].rate >= enough)
    return min(steps, key=lambda index: scores[index].drops / max(scores[index].requests, 1))


def _judge_step(ramp: Ramp, now_s: float, scores: Sequence[Score]) -> Ramp:
    """End the ramp and choose its best step, if this step was the last one."""
    ended: RampEnd
    if any(score.drops for score in scores):
        ended = RampEnd.DROPS
    elif len(scores) == len(ramp.settings.users):
        ended = RampEnd.STEPS
    elif now_s >= ramp.settings.duration_s:
        ended = RampEnd.TIME
    else:
        return ramp
    return _choose(replace(ramp, ended=ended, steps=len(scores)), scores)


def _best_has_new_drops(ramp: Ramp, scores: Sequence[Score]) -> bool:
    """Whether drops of the chosen step were noticed only after it was chosen."""
    best = ramp.best_index
    return best is not None and not ramp.best_had_drops and scores[best].drops > 0


def _choose(ramp: Ramp, scores: Sequence[Score]) -> Ramp:
    best = choose_best(scores)
    ended: RampEnd | None = RampEnd.DROPS if any(score.drops for score in scores) else ramp.ended
    return replace(ramp, ended=ended, best_index=best, best_had_drops=scores[best].drops > 0)


def _next_stage(ramp: Ramp, now_s: float, last: Score) -> Stage:
    settings, stage = ramp.settings, ramp.stage
    following = stage.index + 1
    if ramp.best_index is None:
        until_s = _until(ramp, settings.step_s, now_s)
        return Stage(following, LoadPhase.RAMP, settings.users[following], until_s)
    users = settings.users[ramp.best_index]
    settled_s = now_s + settings.settle_s
    recovered = last.completed > 0 and not last.drops
    if (
        stage.phase is LoadPhase.RAMP
        or (stage.users != users and settled_s < settings.duration_s)
        or (not recovered and settled_s <= (1 - LEAST_HOLD) * settings.duration_s)
    ):
        return Stage(following, LoadPhase.SETTLE, users, _until(ramp, settings.settle_s, now_s))
    return Stage(following, LoadPhase.HOLD, users, settings.duration_s)


def _held(ramp: Ramp, scores: Sequence[Score]) -> Ramp:
    """Choose the hold that counts, by what was stolen alone, and plan the open loop from it."""
    if ramp.second_until_s is None:
        return replace(ramp, to_come=_open_loop(ramp, scores[-1].rate))
    first, second = scores[-2:]
    index = ramp.stage.index
    if _or_all(second.stolen) <= _or_all(first.stolen):
        ramp, counts = replace(ramp, disturbed_index=index - 1), second
    else:
        ramp, counts = replace(ramp, disturbed_index=index), first
    return replace(ramp, to_come=_open_loop(ramp, counts.rate))


def _or_all(stolen: float | None) -> float:
    return inf if stolen is None else stolen


def _open_loop(ramp: Ramp, capacity: float) -> tuple[Stage, ...]:
    """The stages after the hold; `capacity` is its rate."""
    settings, hold = ramp.settings, ramp.stage
    if not settings.open_s or not capacity:
        return ()
    loads: list[tuple[int, float, float | None]]
    loads = [(hold.users, capacity * share, share) for share in settings.open_shares]
    if settings.open_rate is not None:
        loads.append((settings.open_users or hold.users, settings.open_rate, None))
    return tuple(
        Stage(index, LoadPhase.OPEN, users, 0.0, rate, share)
        for index, (users, rate, share) in enumerate(loads, hold.index + 1)
    )


def _until(ramp: Ramp, length_s: float, now_s: float) -> float:
    return min(now_s + length_s, ramp.settings.duration_s)
