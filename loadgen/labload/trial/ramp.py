"""The 2019 protocol as a pure state machine: time and counts come in, the next stage comes out.

Users rise step by step until the server drops connections or the steps are used up (`ramp`);
users then return to the best step and the server recovers from overload (`settle`, as often as it
takes); the rest of the time is held there (`hold`), which is what gets published. After that, and
not part of the protocol, latency is measured at constant arrival rates (`open`).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from math import isfinite
from typing import Literal

from labwire.phase import LoadPhase

RampEnd = Literal["drops", "steps", "time"]

LONGEST_TIMEOUT_S = 50
"""Latencies are recorded up to a minute, and a timeout may be noticed a little late."""


NEARLY_BEST = 0.95
"""A rate this close to the highest is as good: noise decides between such steps. The fewest users
that reach it are the knee; more of them add nothing but waiting (latency = users / rate)."""

LEAST_HOLD = 0.2
"""Share of the trial that the hold keeps, even if the server has not recovered by then."""


@dataclass(frozen=True, slots=True)
class RampSettings:
    """One trial's load. Times in seconds."""

    users: tuple[int, ...]
    """Users of each step, rising."""
    step_s: float
    settle_s: float
    duration_s: float
    """Of everything but the open loop; whatever the ramp leaves over is held."""
    connect_timeout_s: float
    request_timeout_s: float
    open_s: float = 0.0
    """Of each arrival rate of the open loop."""
    open_shares: tuple[float, ...] = ()
    """Arrival rates as shares of the hold's rate."""
    open_rate: float | None = None
    """One arrival rate more, in requests/s: the same for everyone who is to be compared."""
    open_users: int | None = None
    """Connections at that rate; None: as many as the hold had."""

    def __post_init__(self) -> None:
        if not self.users or self.users[0] < 1:
            raise ValueError("users: at least one step of at least one user is needed")
        if any(
            later <= earlier for earlier, later in zip(self.users, self.users[1:], strict=False)
        ):
            raise ValueError("users: each step must have more users than the one before")
        for name in ("settle_s", "open_s"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name}: must not be negative")
        if any(rate is not None and rate <= 0 for rate in (*self.open_shares, self.open_rate)):
            raise ValueError("open_shares, open_rate: must be greater than 0")
        if self.open_users is not None and self.open_users < 1:
            raise ValueError("open_users: at least one is needed")
        for name in ("step_s", "duration_s", "connect_timeout_s", "request_timeout_s"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: must be greater than 0")
        if self.request_timeout_s > LONGEST_TIMEOUT_S:
            raise ValueError(f"request_timeout_s: must not exceed {LONGEST_TIMEOUT_S}")


@dataclass(frozen=True, slots=True)
class Stage:
    """A stretch of the trial with a constant number of users."""

    index: int
    phase: LoadPhase
    users: int
    until_s: float
    """When it ends, in seconds since the trial began."""
    rate: float | None = None
    """Requests/s that are to be sent; None in the closed loop."""
    share: float | None = None
    """What part of the hold's rate that is; None for the common rate."""


@dataclass(frozen=True, slots=True)
class Score:
    """What is known about a ramp step when the next stage is chosen."""

    completed: int
    """Successes that ended within the step."""
    requests: int
    """Successes and failures that began within it."""
    drops: int
    """Failures that began within it."""
    duration_s: float

    @property
    def rate(self) -> float:
        """Successes a second."""
        return self.completed / self.duration_s if self.duration_s > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Ramp:
    """Where a trial is; `first` makes it and `advance` moves it on."""

    settings: RampSettings
    stage: Stage
    """The current stage, or the last one once the trial is over."""
    ended: RampEnd | None = None
    """Why the ramp ended; None while it goes on."""
    best_index: int | None = None
    best_had_drops: bool = False
    steps: int = 0
    """How many steps the ramp had when it ended."""
    to_come: tuple[Stage, ...] = ()
    """The rest of the open loop; their ends are not known yet."""
    over: bool = False


def parse_settings(text: str) -> RampSettings:
    """The settings in a JSON object; raises ValueError that says what is wrong with it."""
    data = json.loads(text)
    names = {field.name for field in fields(RampSettings)}
    if not isinstance(data, dict) or set(data) != names:
        raise ValueError(f"an object with exactly these members is needed: {sorted(names)}")
    users, shares = data.pop("users"), data.pop("open_shares")
    if not isinstance(users, list) or not all(type(count) is int for count in users):
        raise ValueError("users: must be a list of whole numbers")
    if not isinstance(shares, list) or not all(map(_is_number, shares)):
        raise ValueError("open_shares: must be a list of numbers")
    for name, value in data.items():
        if value is None and name in ("open_rate", "open_users"):
            continue
        if not _is_number(value) or (name == "open_users" and type(value) is not int):
            raise ValueError(f"{name}: must be a number")
    return RampSettings(users=tuple(users), open_shares=tuple(shares), **data)


def first(settings: RampSettings) -> Ramp:
    """The ramp at its first step."""
    until_s = min(settings.step_s, settings.duration_s)
    return Ramp(settings, Stage(0, LoadPhase.RAMP, settings.users[0], until_s))


def advance(ramp: Ramp, now_s: float, scores: Sequence[Score]) -> Ramp:
    """The ramp after its current stage, which ended at `now_s`.

    `scores` are those of all stages so far, in order. A drop ends the ramp even if it is
    attributed to an earlier step, since a timeout is noticed only when its step is long over.
    """
    if ramp.stage.phase is LoadPhase.RAMP:
        ramp = _judge_step(ramp, now_s, scores)
    elif ramp.stage.phase is LoadPhase.SETTLE and _best_has_new_drops(ramp, scores):
        ramp = _choose(ramp, scores[: ramp.steps])
    if now_s < ramp.settings.duration_s:
        return replace(ramp, stage=_next_stage(ramp, now_s, scores[-1]))
    if ramp.stage.phase is LoadPhase.HOLD:
        ramp = replace(ramp, to_come=_open_loop(ramp, scores[-1].rate))
    if not ramp.to_come:
        return replace(ramp, over=True)
    coming, *rest = ramp.to_come
    until_s = now_s + ramp.settings.open_s
    return replace(ramp, stage=replace(coming, until_s=until_s), to_come=tuple(rest))


def choose_best(scores: Sequence[Score]) -> int:
    """The knee: the fewest users that reach nearly the highest rate, among steps without drops.

    If every step has drops, the one with the fewest drops per request.
    """
    steps = range(len(scores))
    clean = [index for index in steps if not scores[index].drops]
    if clean:
        enough = NEARLY_BEST * max(scores[index].rate for index in clean)
        return next(index for index in clean if scores[index].rate >= enough)
    return min(steps, key=lambda index: scores[index].drops / max(scores[index].requests, 1))


def _judge_step(ramp: Ramp, now_s: float, scores: Sequence[Score]) -> Ramp:
    """Whether the ramp ends here, and then which step was its best."""
    ended: RampEnd
    if any(score.drops for score in scores):
        ended = "drops"
    elif len(scores) == len(ramp.settings.users):
        ended = "steps"
    elif now_s >= ramp.settings.duration_s:
        ended = "time"
    else:
        return ramp
    return _choose(replace(ramp, ended=ended, steps=len(scores)), scores)


def _best_has_new_drops(ramp: Ramp, scores: Sequence[Score]) -> bool:
    """Whether timeouts of the chosen step came to light only while the server settled."""
    best = ramp.best_index
    return best is not None and not ramp.best_had_drops and scores[best].drops > 0


def _choose(ramp: Ramp, scores: Sequence[Score]) -> Ramp:
    best = choose_best(scores)
    ended: RampEnd | None = "drops" if any(score.drops for score in scores) else ramp.ended
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


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and type(value) is not bool and isfinite(value)


def _until(ramp: Ramp, length_s: float, now_s: float) -> float:
    return min(now_s + length_s, ramp.settings.duration_s)
