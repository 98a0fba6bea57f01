"""One trial of a run's record: what was measured, never edited afterwards. Missing is None."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from orchestrator.words import Moment, Name, RawFile, Title

Histogram = Annotated[str, Meta(max_length=200_000)]
"""HdrHistogram V2 as base64, microseconds; the longest that a trial can fill is half of that."""


MOST_STEPS = 1_000
"""Steps or arrival rates of a trial: a ramp has some twenty, and a chart shows no more."""


class Outcome(StrEnum):
    """How a planned trial ended."""

    MEASURED = "measured"
    FAILED = "failed"
    SKIPPED = "skipped"


class Phase(StrEnum):
    """The part of a trial in which it failed."""

    BUILD = "build"
    START = "start"
    VERIFY = "verify"
    LOAD = "load"
    STOP = "stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """A doubt that a reader of the row must know, and what would remove it."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The framework's own distribution as it is installed in the container that was measured.

    ``requires_python``: its metadata's version specifier; None where it does not tell.
    ``dependencies``: how many distributions came with it (all that are installed, but itself, pip,
    setuptools and wheel). ``install_bytes``: the files on disk of it and of its dependencies that
    their RECORDs list; None where one of them has no RECORD, or the load did not come to its end.
    """

    name: str
    version: str
    requires_python: str | None
    dependencies: int
    install_bytes: int | None


OFFICIAL = "official"
"""`Server.base` of an image that was made from the registry's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """The entry's facts, and what stood in the very container that was measured."""

    name: Title
    server: str
    workers: int
    threads: str
    keep_alive: bool
    backlog: int
    interface: str
    event_loop: str
    notes: tuple[str, ...]
    image_id: str | None = None
    base: str | None = None
    python: str | None = None
    versions: dict[str, str] = field(default_factory=dict)
    package: Package | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Requests over a stretch of time, as Locust published them in 2019, and their latencies.

    ``requests`` counts successes and failures that began in it; ``rps`` = requests / duration;
    ``goodput_rps`` = successes that ended in it / duration, as in `Step`; in the whole trial these
    are all its successes. Latencies are of successes only, None where there was none.
    """

    requests: int
    failures: int
    duration_s: float
    rps: float
    goodput_rps: float
    median_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    p999_ms: float | None
    max_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A stretch of constant users, each with a request under way all the time (closed loop).

    Requests, failures and latencies belong to the step in which the request began;
    ``goodput_rps`` counts the successes that ended within the step; ``unfinished`` are requests
    that neither succeeded nor failed while anyone waited for them (their user was taken away, or
    the test ended). ``started_s`` counts from the begin of the load. CPU: 1.0 = one whole CPU;
    None where the engine gave too few samples.

    ``median_ms`` and ``p99_ms`` are of successes. ``all_median_ms`` and ``all_p99_ms`` are of all
    requests; those without a success count as at least the time for which they were waited for.
    ``pending``: requests under way at the step's end; their ages beside it.
    ``answered_users``: users that got any answer within the step.
    ``in_flight``: mean number of requests under way / users: 1 by Little's law.
    ``loadgen_idle``: the least share of the time in which a worker had nothing to do;
    ``loadgen_lag_ms``: the longest that a worker's event loop kept a timer waiting.
    ``server_throttled``, ``loadgen_throttled``: share of the time without CPU, quota used up.
    ``connect_ms``: mean time to connect. ``listen_overflows``: connections that the kernel turned
    away since the server's listen queue was full; None where nobody could look.
    ``caveats`` are about this step alone.
    """

    phase: str
    started_s: float
    duration_s: float
    users: int
    requests: int
    failures: int
    failures_by_kind: dict[str, int]
    unfinished: int
    goodput_rps: float
    median_ms: float | None
    p99_ms: float | None
    server_cpu: float | None
    loadgen_cpu: float | None
    all_median_ms: float | None = None
    all_p99_ms: float | None = None
    pending: int | None = None
    pending_age_median_ms: float | None = None
    pending_age_max_ms: float | None = None
    answered_users: int | None = None
    in_flight: float | None = None
    connects: int | None = None
    connect_ms: float | None = None
    server_closes: int | None = None
    loadgen_idle: float | None = None
    loadgen_lag_ms: float | None = None
    server_throttled: float | None = None
    loadgen_throttled: float | None = None
    listen_overflows: int | None = None
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoop:
    """A stretch with a constant arrival rate (open loop): requests leave on schedule.

    ``rate`` is the intended rate in requests/s, ``of_capacity`` its share of the hold's rate (None
    for the rate that all entries of the run have in common). Latencies count from the intended
    send time: ``median_ms`` to ``max_ms`` of successes, ``all_*`` of all requests as in `Step`.
    ``service_*``: the same successes from the real send time. ``late_*``: by how much the generator
    sent later than it could have. ``unfinished``: due, but not answered by the end.
    ``histogram``: successes, HdrHistogram V2 (base64), microseconds.
    ``cpu_us_per_request``: the server's CPU time for a success, in microseconds.
    ``limited_by``: ``schedule`` where the server kept up with the rate.
    """

    rate: float
    of_capacity: float | None
    started_s: float
    duration_s: float
    connections: int
    requests: int
    failures: int
    failures_by_kind: dict[str, int]
    unfinished: int
    goodput_rps: float
    median_ms: float | None
    p90_ms: float | None
    p99_ms: float | None
    p999_ms: float | None
    max_ms: float | None
    all_p99_ms: float | None
    all_max_ms: float | None
    service_median_ms: float | None
    service_p99_ms: float | None
    service_max_ms: float | None
    late_p99_ms: float | None
    late_max_ms: float | None
    server_cpu: float | None
    loadgen_cpu: float | None
    loadgen_idle: float | None
    loadgen_lag_ms: float | None = None
    cpu_us_per_request: float | None = None
    connects: int
    limited_by: str
    histogram: Histogram
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the trial cost the server; ``listen_overflows``: of its network namespace.

    ``loadgen_memory_peak_bytes`` is that of the worker that needed most.
    ``oom_killed``, ``restarts``: None where the container vanished and nobody can tell.
    """

    cpu_us_per_request: float | None
    memory_idle_bytes: int | None
    memory_peak_bytes: int | None
    image_bytes: int | None
    start_s: float | None
    stop_s: float | None
    throttled_s: float | None
    oom_killed: bool | None
    restarts: int | None
    listen_overflows: int | None = None
    loadgen_memory_peak_bytes: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Companion:
    """What a service needed beside it, such as a database, and what the trial cost it.

    ``cpu``: over the hold, 1.0 = one whole CPU; ``cpu_us_per_request``: its CPU time for a success
    of the hold, in microseconds. ``memory_peak_bytes`` and ``throttled_s`` are of the whole load.
    ``start_s``: from its start until its healthcheck first ended well. None of all that was not
    measured.
    """

    name: Name
    image_id: str | None = None
    image_bytes: int | None = None
    cpu: float | None = None
    cpu_us_per_request: float | None = None
    memory_peak_bytes: int | None = None
    oom_killed: bool | None = None
    throttled_s: float | None = None
    start_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustTotals:
    """Locust's own totals: they must agree with the lab's."""

    requests: int
    failures: int
    rps: float
    median_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One planned trial, whatever became of it.

    ``companions``: what the service needed beside it, in the order in which they started.
    ``raw``: its files below the run's folder (``raw/...``), in order. ``failure_reasons``: why
    requests of the whole load failed, in words, behind the kind; at most about twenty.
    """

    service: Name
    workload: Name
    repeat: int
    order: int
    outcome: Outcome
    server: Server
    phase: Phase | None = None
    reason: str | None = None
    log_tail: str | None = None
    started_at: Moment | None = None
    wall_s: float | None = None
    nofile: int | None = None
    workers: int | None = None
    totals: Totals | None = None
    hold: Totals | None = None
    hold_users: int | None = None
    steps: Annotated[tuple[Step, ...], Meta(max_length=MOST_STEPS)] = ()
    breaking_users: int | None = None
    failures_by_kind: dict[str, int] = field(default_factory=dict)
    failure_reasons: dict[str, int] = field(default_factory=dict)
    unfinished: int | None = None
    connects: int | None = None
    server_closes: int | None = None
    ramp_ended: str | None = None
    load_versions: dict[str, str] = field(default_factory=dict)
    limited_by: str | None = None
    limited_by_evidence: dict[str, float] = field(default_factory=dict)
    resources: Resources | None = None
    histogram: Histogram | None = None
    open_loop: Annotated[tuple[OpenLoop, ...], Meta(max_length=MOST_STEPS)] = ()
    locust: LocustTotals | None = None
    companions: tuple[Companion, ...] = ()
    raw: tuple[RawFile, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        """What identifies the trial across a resumed run."""
        return self.service, self.workload, self.repeat
