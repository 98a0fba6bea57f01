"""What the load's master tells the host: one event a line, as JSON, on its stdout.

A trial is `Ready`, then `StepBegan`, `Tick` and `LoadFile` as they come, and at the end exactly one
`LoadResult` or `LoadFailed`. Only `encode` and `decode` know what a line looks like.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import msgspec

from labwire.phase import LoadPhase, RampEnd
from labwire.protocol import VERSION, check_version


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """All workers are there; the first step is next."""

    workers: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegan:
    """A step begins at `at` (unix seconds)."""

    index: int
    phase: LoadPhase
    users: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """About once a second: counts so far, rate and latencies of the last interval.

    `rps` is None where no worker has reported since the tick before.
    """

    at: float
    elapsed_s: float
    phase: LoadPhase
    index: int
    users: int
    requests: int
    failures: int
    rps: float | None
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStep:
    """One step as the master merged it from all workers.

    Histograms are HdrHistogram V2 (base64), microseconds. Requests belong to the step in which
    they began, or, in the open loop (`rate` requests/s are to be sent, `of_capacity` of the
    hold's rate), should have begun.

    `histogram`: successes; in the open loop since the intended send time.
    `all_histogram`: every request; those without a success count as at least the time for which
    they were waited for.
    `service_histogram`, `late_histogram`: open loop only; successes since the real send time,
    and by how much the generator itself sent late.
    `pending`: requests under way at the step's end, `pending_histogram` their ages.
    `answered_users`: users that got any answer within the step.
    `in_flight`: mean number of requests under way, as a share of the users (Little's law says 1).
    None where there is no such thing (open loop) or the client does not know.
    `idle`: the least share of the time in which a worker's engine had nothing to do; None for the
    stock clients. `lag_ms`: the longest that a worker's event loop kept a timer waiting.
    `connect_s`: time in connecting, all successful connects together.
    `listen_overflows`: of the workers' network namespace.
    """

    index: int
    phase: LoadPhase
    users: int
    started_at: float
    duration_s: float
    requests: int
    failures: dict[str, int]
    completed: int
    unfinished: int
    histogram: str
    all_histogram: str
    pending: int
    pending_histogram: str
    answered_users: int
    in_flight: float | None = None
    connects: int
    connect_s: float
    server_closes: int
    idle: float | None = None
    lag_ms: float | None = None
    listen_overflows: int | None = None
    rate: float | None = None
    of_capacity: float | None = None
    service_histogram: str | None = None
    late_histogram: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustOwn:
    """What Locust itself counted."""

    requests: int
    failures: int
    rps: float
    median_ms: float
    exceptions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """The whole load of one trial. `duration_s` and `locust`: without the open loop.

    `failure_reasons`: why, in words, for as many failures as have a reason; open loop included.
    """

    started_at: float
    duration_s: float
    workers: int
    ramp_ended: RampEnd
    best_index: int | None
    best_had_drops: bool
    steps: tuple[LoadStep, ...]
    unfinished: int
    connects: int
    server_closes: int
    locust: LocustOwn
    failure_reasons: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFile:
    """A file that Locust would have written, for the raw files of the trial.

    `more`: the next part of it; else it replaces what came before under its name.
    """

    name: str
    text: str
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFailed:
    """The load generator could not do its work; nothing of it counts."""

    reason: str


LoadEvent = Ready | StepBegan | Tick | LoadFile | LoadResult | LoadFailed

_TYPES: dict[str, type[LoadEvent]] = {
    "ready": Ready,
    "step": StepBegan,
    "tick": Tick,
    "file": LoadFile,
    "result": LoadResult,
    "failed": LoadFailed,
}
_NAMES = {kind: name for name, kind in _TYPES.items()}
_BEGIN = '{"lab"'
_FILE = re.compile(r'\{"lab":\d+,"event":"file"')
_FILE_NAME = re.compile(r"[a-z_]+\.csv")


class _Head(msgspec.Struct):
    lab: Any
    event: str


def encode(event: LoadEvent) -> str:
    """An event as a line, without its end."""
    head = {"lab": VERSION, "event": _NAMES[type(event)]}
    return msgspec.json.encode(head | msgspec.to_builtins(event)).decode()


def decode(line: str) -> LoadEvent | None:
    """A line of the master's output as an event; None for any other output.

    Raises:
        VersionError: the image is of another version of the lab.
        ValueError: an event that this version does not understand.
    """
    if not line.startswith(_BEGIN):
        return None
    try:
        head = msgspec.json.decode(line, type=_Head)
        check_version("the load generator's image", head.lab)
        kind = _TYPES.get(head.event)
        if kind is None:
            raise ValueError(f"unknown event {head.event!r} from the load generator")
        event: LoadEvent = msgspec.json.decode(line, type=kind)
    except RecursionError as error:
        raise ValueError("an event that is nested too deeply") from error
    if isinstance(event, LoadResult):
        for step in event.steps:
            if (step.phase is LoadPhase.OPEN) != (step.rate is not None):
                raise ValueError(f"step {step.index} ({step.phase}) with the rate {step.rate}")
    if isinstance(event, LoadFile) and not _FILE_NAME.fullmatch(event.name):
        raise ValueError(f"a file of the name {event.name!r}")
    return event


def without_files(log: str) -> str:
    """A master's output without the events that carry files: they would drown the others."""
    return "".join(line for line in log.splitlines(keepends=True) if not _FILE.match(line))
