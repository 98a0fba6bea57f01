"""What the load generator tells: events while it runs, and its result."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """All workers are there; the first step is next."""

    workers: int
    versions: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class StepBegan:
    """A step begins at ``at`` (unix seconds)."""

    index: int
    phase: str
    users: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """About once a second: counts so far, rate and latencies of the last interval.

    ``rps`` is None where no worker has reported since the tick before.
    """

    at: float
    elapsed_s: float
    phase: str
    index: int
    users: int
    requests: int
    failures: int
    rps: float | None
    p50_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadStep:
    """One step as the master merged it from all workers; ``histogram``: HdrHistogram V2."""

    index: int
    phase: str
    users: int
    started_at: float
    duration_s: float
    requests: int
    failures: dict[str, int]
    completed: int
    unfinished: int
    histogram: str


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
    """The whole load of one trial."""

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


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadFailed:
    """The load generator could not do its work; nothing of it counts."""

    reason: str


LoadEvent = Ready | StepBegan | Tick | LoadResult | LoadFailed
