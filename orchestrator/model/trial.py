"""One trial of a run's record: measurements, never edited afterwards; None means missing."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated

from msgspec import Meta

from labwire.procstat import most_stolen
from orchestrator.model.observed import Observed
from orchestrator.words import Moment, Name, RawFile, Title

Histogram = Annotated[str, Meta(max_length=200_000)]
"""HdrHistogram V2 as base64, microseconds; no trial can fill more than half of that length."""


MOST_STEPS = 1_000
"""Most steps or arrival rates of a trial. A ramp has about twenty; a chart cannot show more."""


class Outcome(StrEnum):
    """How a planned trial ended."""

    MEASURED = "measured"
    FAILED = "failed"
    SKIPPED = "skipped"
    NOT_OFFERED = "not offered"


class TrialPhase(StrEnum):
    """The part of a trial in which it failed."""

    BUILD = "build"
    START = "start"
    VERIFY = "verify"
    LOAD = "load"
    STOP = "stop"


FAILED = {
    TrialPhase.BUILD: "could not be built",
    TrialPhase.START: "did not start",
    TrialPhase.VERIFY: "does not keep the contract",
    TrialPhase.LOAD: "failed",
    TrialPhase.STOP: "did not stop",
}
"""What happened to a server that failed in this part, in words that follow its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Caveat:
    """A doubt that a reader of the row must know, and what to do about it."""

    code: str
    text: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """The framework's own distribution, as installed in the container that was measured.

    ``requires_python``: its metadata's version specifier; None if it has none.
    ``dependencies``: number of other installed distributions, without pip, setuptools and wheel.
    ``install_bytes``: size on disk of the files that the RECORDs of the distribution and its
    dependencies list; None if one of them has no RECORD, or if the load did not finish.
    """

    name: str
    version: str
    requires_python: str | None
    dependencies: int
    install_bytes: int | None


OFFICIAL = "official"
"""`Server.base` of an image that was built from the official base image of the registry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Facts from the manifest, and versions read in the container that was measured.

    ``http_parser``, ``framework``, ``deployment``: as in the manifest; empty in older records.
    ``observed``: what really runs, beside what the manifest says; None where nothing was looked at.
    ``uses``: what the application answers this workload with, as in the manifest; often empty.
    ``unsaid``: as in the manifest: what it says of the server means nothing.
    """

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
    http_parser: str = ""
    framework: str = ""
    deployment: str = ""
    observed: Observed | None = None
    uses: str = ""
    unsaid: bool = False

    def framework_of(self, service: str) -> str:
        """The framework's folder below ``services/``, for the service that has these facts."""
        return self.framework or service

    def folder_of(self, service: str) -> str:
        """The service's folder below ``services/``: ``flask``, or ``flask/gunicorn``."""
        framework = self.framework_of(service)
        way = service.removeprefix(f"{framework}-")
        return framework if way == service else f"{framework}/{way}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Requests during a period, in the terms in which Locust published them in 2019, and latencies.

    ``requests``: successes and failures that began in the period; ``rps`` = requests / duration;
    ``goodput_rps`` = successes that ended in the period / duration, as in `Step`; over the whole
    trial these are all its successes. Latencies are of successes only; None if there were none.
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
    """A period with a constant number of users, each with one request under way (closed loop).

    Requests, failures and latencies belong to the step in which the request began;
    ``goodput_rps`` counts the successes that ended within the step; ``unfinished``: requests that
    had neither succeeded nor failed when their user was removed or the test ended. ``started_s``
    counts from the beginning of the load. CPU: 1.0 = one whole CPU; None if the engine gave too
    few samples.

    ``median_ms`` and ``p99_ms`` are of successes. ``all_median_ms`` and ``all_p99_ms`` are of all
    requests; one without a success counts with the time for which its user waited (a lower bound).
    ``pending``: requests under way at the end of the step.
    ``pending_age_median_ms`` and ``pending_age_max_ms`` are their ages.
    ``answered_users``: users that got any answer within the step.
    ``in_flight``: mean number of requests under way / users; 1 by Little's law.
    ``loadgen_idle``: the share of the time in which a worker had nothing to do, of the busiest
    worker; ``loadgen_lag_ms``: the longest delay of a timer in a worker's event loop.
    ``server_throttled``, ``loadgen_throttled``: share of the time without CPU because the CPU quota
    was used up. ``connect_ms``: mean time to connect. ``listen_overflows``: connections that the
    kernel dropped because the server's listen queue (backlog) was full; None if unknown.
    ``server_steal``, ``loadgen_steal``: share of the time in which a hypervisor had taken the
    server's CPU, and that CPU of the load from which it took most; None if unknown.
    ``server_cpu_used``: share of the time in which anything ran on the server's CPU, the server and
    interrupts included; None if unknown, or in older records.
    ``caveats`` are about this step only.
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
    server_steal: float | None = None
    loadgen_steal: float | None = None
    server_cpu_used: float | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def others_cpu(self) -> float | None:
        """The share of the server's CPU that something else used; None if unknown."""
        if self.server_cpu_used is None or self.server_cpu is None:
            return None
        return max(0.0, self.server_cpu_used - self.server_cpu)

    @property
    def stolen(self) -> float | None:
        """The larger of the two stolen shares; None if neither is known."""
        return most_stolen((self.server_steal, self.loadgen_steal))


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenLoop:
    """A period with a constant arrival rate (open loop): requests are sent on schedule.

    ``rate``: the intended rate in requests/s; ``of_capacity``: its share of the hold's rate (None
    for the rate that is the same for all services). Latencies count from the intended send time,
    which avoids coordinated omission: ``median_ms`` to ``max_ms`` of successes, ``all_*`` of all
    requests as in `Step`. ``service_*``: the same successes, from the real send time. ``late_*``:
    how much later than it could have the load generator sent. ``unfinished``: requests that were
    due, but not answered by the end.
    ``histogram``: successes, HdrHistogram V2 (base64), microseconds.
    ``cpu_us_per_request``: the server's CPU time for a success, in microseconds.
    ``server_steal``, ``loadgen_steal``: as in `Step`.
    ``limited_by``: ``schedule`` if the server kept up with the rate.
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
    server_steal: float | None = None
    loadgen_steal: float | None = None
    cpu_us_per_request: float | None = None
    connects: int
    limited_by: str
    histogram: Histogram
    caveats: tuple[Caveat, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the server used in the trial; ``listen_overflows``: counted in its network namespace.

    ``loadgen_memory_peak_bytes``: peak of the worker that needed most.
    ``oom_killed``, ``restarts``: None if the container vanished, so it is unknown.
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

    ``cpu``: over the hold, 1.0 = one whole CPU; ``cpu_limit``: the most that it may use;
    ``cpu_busy``: the use of its CPU by all that share it. ``cpu_us_per_request``: its CPU time for
    a success of the hold, in microseconds. ``memory_peak_bytes`` and ``throttled_s`` are of the
    whole load. ``start_s``: from its start until its healthcheck first ended well. None of all that
    was not measured.
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
    cpu_limit: float | None = None
    cpu_busy: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustTotals:
    """Locust's own totals, which must agree with the lab's."""

    requests: int
    failures: int
    rps: float
    median_ms: float


Measurement = dict[str, float | str | None]
"""One method's numbers by name (units in the names); None: not measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One planned trial: measured, failed or skipped.

    ``companions``: what the service needed beside it, in the order in which they started.
    ``totals`` to ``locust``: what the load measured. ``measurements``: what other methods measured,
    by the experiment's name. ``raw``: its files below the run's folder (``raw/...``), in order.
    ``failure_reasons``: reason of a failure (the kind, then words) -> number in the whole load;
    about twenty at most. ``limited_by``: one of `Limit` (docs/methodology.md), or a word of another
    version of the lab.
    """

    service: Name
    workload: Name
    repeat: int
    order: int
    outcome: Outcome
    server: Server
    phase: TrialPhase | None = None
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
    measurements: dict[Name, Measurement] = field(default_factory=dict)
    raw: tuple[RawFile, ...] = ()
    caveats: tuple[Caveat, ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        """What identifies the trial across a resumed run."""
        return self.service, self.workload, self.repeat
