"""What the load generator reports: events while it runs, and its result."""

from __future__ import annotations

from dataclasses import dataclass, field

from labwire.phase import LoadPhase


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """All workers are connected; the first step begins next."""

    workers: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegan:
    """A step begins at ``at`` (unix seconds)."""

    index: int
    phase: LoadPhase
    users: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Sent about once a second: counts so far; rate and latencies of the last interval.

    ``rps`` is None if no worker has reported since the previous tick.
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

    Histograms are HdrHistogram V2 (base64), microseconds. A request belongs to the step in which it
    began; in the open loop, to the step in which it was due. ``rate``: the arrival rate of the open
    loop in requests/s; ``of_capacity``: its share of the hold's rate.

    ``histogram``: successes; in the open loop, latency counts from the intended send time.
    ``all_histogram``: every request; one without a success counts with the time for which
    its user waited (a lower bound).
    ``service_histogram``, ``late_histogram``: open loop only; successes from the real send time,
    and how late the load generator itself sent.
    ``pending``: requests under way at the end of the step; ``pending_histogram``: their ages.
    ``answered_users``: users that got any answer within the step.
    ``in_flight``: mean number of requests under way, as a share of the users (1 by Little's law);
    None in the open loop, or if the client does not know it.
    ``idle``: the share of the time in which a worker's engine had nothing to do, of the busiest
    worker; None for Locust's own clients. ``lag_ms``: the longest delay of a timer in a worker's
    event loop. ``connect_s``: sum of the connect times of all successful connects.
    ``listen_overflows``: counted in the workers' network namespace.
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
    """Locust's own counts."""

    requests: int
    failures: int
    rps: float
    median_ms: float
    exceptions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadResult:
    """The whole load of one trial. ``duration_s`` and ``locust`` do not include the open loop.

    ``failure_reasons``: reasons in words -> number of failures, for failures that have a reason;
    open loop included.
    """

    started_at: float
    duration_s: float
    workers: int
    ramp_ended: str
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
    """A file that Locust would have written itself, for the raw files of the trial.

    ``more``: this is the next part of the file; otherwise it replaces the file of that name.
    """

    name: str
    text: str
    more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFailed:
    """The load generator failed, so nothing that it measured counts."""

    reason: str


LoadEvent = Ready | StepBegan | Tick | LoadFile | LoadResult | LoadFailed
