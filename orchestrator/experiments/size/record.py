"""The record of a search for the highest rate that keeps a promise (``size.json``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from orchestrator.model.host import Host
from orchestrator.model.placement import Layout, Network
from orchestrator.words import Moment, Name, PythonTag, SetName, Title

SIZE_SCHEMA = 1

Share = Annotated[float, Meta(ge=0, lt=1)]
Positive = Annotated[float, Meta(gt=0)]


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeSettings:
    """The settings of one ``lab size``.

    ``p99_s``: the promise: in 99 of 100 requests the answer is there so many seconds after the
    request was due. ``errors``: the share of requests that may fail. ``searches``: independent
    searches, each with a new container. ``every_s``: how often a user sends a request. ``price``:
    of such a server, for a month; None: unknown. ``seed``: of Python's hash seeds.
    ``set_name``, ``python``: as in `Settings`.
    """

    services: tuple[Name, ...]
    workload: Name
    p99_s: Positive
    errors: Share
    searches: int
    every_s: Positive
    price: float | None
    seed: int
    set_name: SetName | None = None
    python: PythonTag | None = None

    @property
    def workloads(self) -> tuple[str, ...]:
        """Its one workload."""
        return (self.workload,)

    @property
    def network(self) -> Network:
        """A bridge: the client stays from server to server."""
        return Network.BRIDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Probe:
    """One arrival rate, for a while.

    ``rate``: requests/s, at equal distances. ``p99_ms``: of the successes, from the moment at which
    a request was due; None if none succeeded. ``idle``: the share of the time in which the client
    had nothing to do. ``kept``: whether the promise was kept.
    """

    rate: float
    requests: int
    failures: int
    p99_ms: float | None
    idle: float
    kept: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """One search, with a container of its own.

    ``capacity``: requests/s in a closed loop, before the search. ``probes``: in their order.
    """

    capacity: float
    probes: tuple[Probe, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SizedService:
    """One service, and its searches. ``reason``, ``log_tail``: why something is missing."""

    service: Name
    name: Title
    base: str | None = None
    searches: tuple[Search, ...] = ()
    reason: str | None = None
    log_tail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SizeRecord:
    """A whole run; times are UTC, ISO 8601."""

    schema: int
    run_id: Name
    started_at: Moment
    finished_at: Moment | None
    command: str
    settings: SizeSettings
    host: Host
    layout: Layout
    neighbours: tuple[str, ...] = ()
    interrupted: bool = False
    services: tuple[SizedService, ...] = ()
