"""The record of a cross-check (``crosscheck.json``): lab's client and wrk take turns.

Schema 2: both clients stay ready, slices are short and begin without connections, and pairs go on
until the interval is narrow enough. In schema 1 each slice had containers of its own.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.model.host import Host
from orchestrator.model.placement import Layout, Network
from orchestrator.words import Moment, Name, PythonTag, SetName, Title

CROSSCHECK_SCHEMA = 2
OLDEST_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheckSettings:
    """The settings of one ``lab crosscheck``: ``pairs`` of slices of ``seconds`` per service.

    ``pairs`` None: pairs go on until the interval reaches from ``ratio / (1 + within)`` to
    ``ratio * (1 + within)`` at most, or until ``budget_s`` seconds are spent on a service.
    ``set_name``: the set that ``services`` are; None if they were named, or if the cross-check is
    older than the field.
    ``python``: as in `Settings`; wrk and the lab's client keep what they have.
    """

    services: tuple[Name, ...]
    workload: Name
    pairs: int | None
    seconds: int | float
    connections: int
    network: Network
    client: Name = "engine"
    within: float | None = None
    budget_s: float | None = None
    set_name: SetName | None = None
    python: PythonTag | None = None

    @property
    def workloads(self) -> tuple[str, ...]:
        """Its one workload."""
        return (self.workload,)


@dataclass(frozen=True, slots=True, kw_only=True)
class WrkSlice:
    """What wrk counted in one slice.

    ``requests`` counts answers of any kind; ``bad_status`` those above 399, ``late`` those that
    took longer than the timeout. The other errors are requests without an answer. ``wrong``:
    answers whose status or body differs from the contract; None where wrk did not compare them
    (comparing costs time). ``setup_s``: the part of ``duration_s`` in which wrk only opened
    connections; None if that could not be told. (Schema 1 has 0: its slices are so long that it
    does not matter.)
    """

    requests: int
    duration_s: float
    received_bytes: int
    connect_errors: int
    read_errors: int
    write_errors: int
    late: int
    bad_status: int
    wrong: int | None = None
    setup_s: float | None = 0.0

    @property
    def good(self) -> int:
        """Answers that the lab would not count as failures, as far as wrk can tell."""
        return max(0, self.requests - max(self.bad_status, self.wrong or 0) - self.late)

    @property
    def failures(self) -> int:
        """Answers that are not good, and requests without an answer."""
        without_answer = self.connect_errors + self.read_errors + self.write_errors
        return self.requests - self.good + without_answer

    @property
    def rps(self) -> float | None:
        """Good answers per second, from the moment when all connections exist; None if unknown."""
        if self.setup_s is None or self.setup_s >= self.duration_s:
            return None
        return self.good / (self.duration_s - self.setup_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class LabSlice:
    """What the lab's client counted in one slice.

    ``requests``: those that ended, in success or failure; ``unfinished``: those that had begun but
    not ended when counting stopped. ``completed``: successes that ended within ``duration_s``.
    ``idle``: share of the time in which the worker had nothing to do.
    """

    requests: int
    failures: dict[str, int]
    unfinished: int
    completed: int
    duration_s: float
    connects: int
    idle: float | None

    @property
    def rps(self) -> float:
        """Successes per second."""
        return self.completed / self.duration_s


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two slices, one right after the other; ``first`` is ``lab`` or ``wrk``."""

    first: str
    lab: LabSlice
    wrk: WrkSlice


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the kernel counted at the server's end: requests, and the segments that carried them.

    More segments than requests mean that some were retransmitted.
    """

    requests: int
    segments: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """A pair that is not timed: the server's end also counts the requests of both clients."""

    wrk: WrkSlice
    wrk_seen: Seen
    lab: LabSlice
    lab_seen: Seen


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCheck:
    """One service: the counted pair, then the timed ones; ``reason``: why some are missing.

    ``seconds``: spent on the timed pairs, everything between the slices included.
    """

    service: Name
    name: Title
    keep_alive: bool
    base: str | None = None
    counted: Counted | None = None
    pairs: tuple[Pair, ...] = ()
    seconds: float | None = None
    reason: str | None = None
    log_tail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossCheck:
    """A whole cross-check; times are UTC, ISO 8601. ``tools``: the versions of wrk and nft."""

    schema: int
    run_id: Name
    started_at: Moment
    finished_at: Moment | None
    command: str
    settings: CrossCheckSettings
    tools: tuple[str, ...]
    host: Host
    layout: Layout
    neighbours: tuple[str, ...] = ()
    interrupted: bool = False
    services: tuple[ServiceCheck, ...] = ()

    @property
    def short_slices(self) -> bool:
        """Whether both clients stayed ready, and pairs are many and short."""
        return self.schema > OLDEST_SCHEMA
