"""The run record (``run.json``): what was measured, never edited afterwards. Missing is None."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.model.settings import Layout, Profile, Settings

SCHEMA = 1

FAILURE_KINDS = (
    "connect_refused",
    "connect_timeout",
    "reset",
    "eof",
    "timeout",
    "bad_status",
    "bad_body",
)


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
class Server:
    """The entry's facts, and what stood in the very container that was measured."""

    name: str
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Requests over a stretch of time, as Locust published them in 2019, and their latencies.

    ``requests`` counts successes and failures; ``rps`` = requests / duration; ``goodput_rps`` =
    successes / duration. Latencies are of successes only, None where there was none.
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
    """A stretch of constant users.

    Requests, failures and latencies belong to the step in which the request began;
    ``goodput_rps`` counts the successes that ended within the step; ``unfinished`` are requests
    that neither succeeded nor failed while anyone waited for them (their user was taken away, or
    the test ended). ``started_s`` counts from the begin of the load. CPU: 1.0 = one whole CPU;
    None where the engine gave too few samples.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """What the trial cost the server."""

    cpu_us_per_request: float | None
    memory_idle_bytes: int | None
    memory_peak_bytes: int | None
    image_bytes: int | None
    start_s: float | None
    stop_s: float | None
    throttled_s: float | None
    oom_killed: bool
    restarts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustTotals:
    """Locust's own totals: they must agree with the lab's."""

    requests: int
    failures: int
    rps: float
    median_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialRecord:
    """One planned trial, whatever became of it."""

    service: str
    workload: str
    repeat: int
    order: int
    outcome: Outcome
    server: Server
    phase: Phase | None = None
    reason: str | None = None
    log_tail: str | None = None
    started_at: str | None = None
    wall_s: float | None = None
    nofile: int | None = None
    workers: int | None = None
    totals: Totals | None = None
    hold: Totals | None = None
    hold_users: int | None = None
    steps: tuple[Step, ...] = ()
    breaking_users: int | None = None
    failures_by_kind: dict[str, int] = field(default_factory=dict)
    unfinished: int | None = None
    connects: int | None = None
    server_closes: int | None = None
    limited_by: str | None = None
    limited_by_evidence: dict[str, float] = field(default_factory=dict)
    resources: Resources | None = None
    histogram: str | None = None
    locust: LocustTotals | None = None
    caveats: tuple[Caveat, ...] = ()

    @property
    def key(self) -> tuple[str, str, int]:
        """What identifies the trial across a resumed run."""
        return self.service, self.workload, self.repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine and the engine under the run. ``steal`` is the share of CPU time stolen."""

    cpu_model: str | None
    cpus: int
    memory_bytes: int
    kernel: str
    os: str
    cgroup_version: str
    docker_version: str
    compose_version: str
    lab_version: str
    lab_commit: str | None
    nofile: int
    load_average: float | None = None
    steal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRecord:
    """``results/<run>/run.json``; times are UTC, ISO 8601. ``setup_s``: image builds and plan."""

    schema: int
    run_id: str
    started_at: str
    finished_at: str | None
    command: str
    seed: int
    settings: Settings
    profile: Profile
    host: Host
    layout: Layout
    interrupted: bool = False
    setup_s: float | None = None
    wall_s: float | None = None
    trials: tuple[TrialRecord, ...] = ()
    caveats: tuple[Caveat, ...] = ()
