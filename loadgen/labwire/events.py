"""What the load's master reports to the host: JSON events on its stdout, one a line.

A trial sends `Ready`, then any number of `StepBegan`, `Tick` and `LoadFile`, and at the end exactly
one `LoadResult` or `LoadFailed`. A commanded load sends `Ready`, then a `StepEnded` for each
command, and `LoadFailed` if it fails. Only `encode` and `decode` know the format of a line.
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
    """All workers are connected; the first step comes next."""

    workers: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegan:
    """A step begins at `at` (unix seconds).

    `disturbed`: for a hold that is measured again, the share of a CPU that was stolen during the
    first one.
    """

    index: int
    phase: LoadPhase
    users: int
    at: float
    disturbed: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """About once a second: counts so far, and rate and latencies since the previous tick.

    `rps` is None if no worker has reported since then.
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

    Histograms are HdrHistogram V2 (base64), in microseconds. A request belongs to the step in which
    it began or, in the open loop, should have begun. Open loop: `rate` is the arrival rate in
    requests/s, and `of_capacity` its share of the hold's rate.

    `histogram`: latencies of successes; in the open loop since the intended send time.
    `all_histogram`: every request. One that did not succeed counts with the time for which the
    client waited for it, so its real latency is at least that.
    `service_histogram`, `late_histogram`: open loop only; latencies of successes since the real
    send time, and how late the generator itself sent.
    `pending`: requests under way at the step's end; `pending_histogram`: their ages.
    `answered_users`: users that got any answer within the step.
    `in_flight`: mean number of requests under way, as a share of the users; 1 by Little's law.
    None in the open loop, or if the client does not know.
    `idle`: share of the time in which a worker's engine had nothing to do, of the busiest worker;
    None for Locust's own clients. `lag_ms`: the longest delay of a timer in a worker's event loop.
    `connect_s`: time spent connecting, the sum of all successful connects.
    `listen_overflows`: connections that full listen queues of the workers' network namespace
    turned away.
    `server_steal`, `loadgen_steal`: share of the step in which a hypervisor had taken the server's
    CPU, and that CPU of the load from which it took most; None if unknown.
    `server_cpu_used`: share of the step in which anything ran on the server's CPU, the server
    included; None if unknown.
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
    server_steal: float | None = None
    loadgen_steal: float | None = None
    server_cpu_used: float | None = None
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
    """The whole load of one trial. `duration_s` and `locust` do not cover the open loop.

    At most one step is a hold. If there were two, the other one has the phase `disturbed`.

    `failure_reasons`: counts of the reasons in words, for failures that have one; these include the
    open loop.
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
class StepEnded:
    """A commanded step is over, and so is every request that began in it.

    `duration_s` of the step is by the workers' own clocks.
    """

    step: LoadStep


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFile:
    """A file in Locust's own format, for the raw files of the trial.

    `more`: `text` is appended to what came before under this name; otherwise it replaces that.
    """

    name: str
    text: str
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFailed:
    """The load generator failed; the trial has no result."""

    reason: str


LoadEvent = Ready | StepBegan | StepEnded | Tick | LoadFile | LoadResult | LoadFailed

TYPES: dict[str, type[LoadEvent]] = {
    "ready": Ready,
    "step": StepBegan,
    "step_ended": StepEnded,
    "tick": Tick,
    "file": LoadFile,
    "result": LoadResult,
    "failed": LoadFailed,
}
"""The name of an event in its line -> its type."""
_NAMES = {kind: name for name, kind in TYPES.items()}
_BEGIN = '{"lab"'
_FILE = re.compile(r'\{"lab":\d+,"event":"file"')
_FILE_NAME = re.compile(r"[a-z_]+\.csv")


class _Head(msgspec.Struct):
    lab: Any
    event: str


def encode(event: LoadEvent) -> str:
    """An event as a line, without the line break."""
    head = {"lab": VERSION, "event": _NAMES[type(event)]}
    return msgspec.json.encode(head | msgspec.to_builtins(event)).decode()


def decode(line: str) -> LoadEvent | None:
    """A line of the master's output as an event; None for any other output.

    Raises:
        VersionError: the image uses another version of the protocol.
        ValueError: this version does not understand the event.
    """
    if not line.startswith(_BEGIN):
        return None
    try:
        head = msgspec.json.decode(line, type=_Head)
        check_version("the load generator's image", head.lab)
        kind = TYPES.get(head.event)
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
    """A master's output without `LoadFile` events, which are long and hide the others."""
    return "".join(line for line in log.splitlines(keepends=True) if not _FILE.match(line))
