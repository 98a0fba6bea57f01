"""The record of a comparison of two sides (``ab.json``)."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum

from orchestrator.model.counted_by import CountedBy
from orchestrator.model.host import Host
from orchestrator.model.placement import Layout, Network
from orchestrator.model.trial import TrialPhase
from orchestrator.model.variant import Variant
from orchestrator.words import Moment, Name

AB_SCHEMA = 1


class By(StrEnum):
    """What decides a comparison."""

    CPU = "cpu"
    """The servers' CPU time for a request."""
    INSTRUCTIONS = "instructions"
    """The servers' user-space instructions for a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ABSettings:
    """The settings of one ``lab ab``.

    ``base``, ``head``: the sides as they were given. ``budget_s``: the most seconds of measuring.
    ``fail_above``: the slow-down that is tolerated, as a share (0.03 is 3 %). ``seed``: of hash
    seeds and orders.
    """

    service: Name
    base: str
    head: str
    workload: Name
    budget_s: float
    fail_above: float
    by: By
    seed: int

    @property
    def network(self) -> Network:
        """A bridge: all servers listen on the same port, so each needs a network of its own."""
        return Network.BRIDGE

    @property
    def workloads(self) -> tuple[str, ...]:
        """Its one workload."""
        return (self.workload,)

    @property
    def python(self) -> None:
        """Each side names its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one side was.

    ``text``: as it was given. ``image``: the id of its image; ``base_image``: where its base came
    from. ``origin``: what it was made from, in words. ``versions``: installed distributions, read
    in the container. ``companions``: what ran beside each of its containers.
    """

    text: str
    variant: Variant
    image: str
    base_image: str
    origin: tuple[str, ...]
    python: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    companions: tuple[Name, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceCost:
    """CPU time for a request of each server in one slice, in microseconds.

    ``again`` is a second container of the base: base and again are the A/A pair.
    """

    base_us: float
    again_us: float
    head_us: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """A slice of closed loop on one server: successes/s, and their latencies in milliseconds."""

    rps: float
    p50_ms: float
    p99_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedPair:
    """Two slices of closed loop, one right after the other."""

    base: Closed
    head: Closed


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """Three new containers, and what was measured of them.

    ``seed``: Python's hash seed, the same in all three. ``order``: the order in which they started.
    ``at_s``: seconds from the start of measuring, the client's start included, to the end of this
    one. ``lasted``: the longest duration of a slice, as a multiple of the planned one; ``idle``:
    the least share of a slice in which the client had nothing to do. None in older records.
    """

    seed: int
    order: tuple[str, ...]
    at_s: float
    slices: tuple[SliceCost, ...]
    closed: tuple[ClosedPair, ...]
    lasted: float | None = None
    idle: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Instructions for a request of each side, under one hash seed.

    ``again`` is a second count of the base. ``at_s``: as in `Launch`.
    """

    seed: int
    at_s: float
    base: float
    again: float
    head: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a side could not be measured. ``side``: base or head; empty if it was the load."""

    side: str
    phase: TrialPhase
    reason: str
    log_tail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A launch, or the counts under a hash seed, that failed; the comparison went on.

    ``seed``: the hash seed. ``at_s``: as in `Launch`. ``side``: as in `Failure`.
    """

    seed: int
    at_s: float
    side: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ABRecord:
    """A whole comparison; times are UTC, ISO 8601.

    ``rate``: requests/s of all servers together; ``requests``: for each server in a slice, or in
    one count of instructions; both as in the last launch. ``counted_by``: what counted
    instructions, callgrind or perf. ``lost``: what failed in between.
    """

    schema: int
    run_id: Name
    started_at: Moment
    finished_at: Moment | None
    command: str
    settings: ABSettings
    host: Host
    layout: Layout
    base: Side | None = None
    head: Side | None = None
    rate: float | None = None
    requests: int | None = None
    counted_by: CountedBy | None = None
    launches: tuple[Launch, ...] = ()
    counts: tuple[Counts, ...] = ()
    lost: tuple[Lost, ...] = ()
    failure: Failure | None = None
    neighbours: tuple[str, ...] = ()
    interrupted: bool = False

    @property
    def measured_s(self) -> list[float]:
        """When each launch or count ended, in seconds from the start of measuring."""
        return [launch.at_s for launch in self.launches] + [one.at_s for one in self.counts]

    @property
    def lost_s(self) -> list[float]:
        """When each one that failed ended."""
        return [one.at_s for one in self.lost]


Steps = Generator[ABRecord, None, None]
"""The record, yielded again whenever it has grown."""
