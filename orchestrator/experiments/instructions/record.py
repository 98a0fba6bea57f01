"""The record of a run that counts instructions (``instructions.json``)."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.model.counted_by import CountedBy
from orchestrator.model.host import Host
from orchestrator.model.placement import Layout, Network
from orchestrator.words import Moment, Name, PythonTag, SetName, Title

INSTRUCTIONS_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsSettings:
    """The settings of one ``lab instructions``.

    ``seeds``: how many hash seeds, from 0 on. ``repeats``: containers for each seed. ``requests``:
    how many are counted in one container. ``set_name``: the set that ``services`` are; None if they
    were named, or if the run is older than the field. ``python``: as in `Settings`. ``bases``:
    whether the bases of the services were added to them.
    """

    services: tuple[Name, ...]
    workload: Name
    seeds: int
    repeats: int
    requests: int
    set_name: SetName | None = None
    python: PythonTag | None = None
    bases: bool = False

    @property
    def workloads(self) -> tuple[str, ...]:
        """Its one workload."""
        return (self.workload,)

    @property
    def network(self) -> Network:
        """A bridge: the client that loads the server for its CPU time stays from server to server.

        Counted requests never leave the server's own container.
        """
        return Network.BRIDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class SeedCount:
    """One container: its hash seed, and its user-space instructions for a request.

    ``wall_s``: seconds for everything, from the container's start to its removal.
    """

    seed: int
    instructions_per_request: float
    wall_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCounts:
    """One service: its counts in the order in which they were made.

    ``base``: where its base image came from. ``cpu_us_per_request``: CPU time for a request in
    microseconds, of the service's own image in a closed loop, each of some slices. ``note``: how
    the program was changed to be counted; empty if it was not. ``reason``, ``log_tail``: why
    something is missing. ``framework``: the folder of its application, which other services may
    share; ``server``, ``interface``: what serves it, and how; ``base_service``: the service without
    a framework on the same server, if it is counted, too; a base is its own. These are empty in
    older records.
    """

    service: Name
    name: Title
    base: str | None = None
    counts: tuple[SeedCount, ...] = ()
    cpu_us_per_request: tuple[float, ...] = ()
    note: str = ""
    reason: str | None = None
    log_tail: str | None = None
    framework: str = ""
    server: str = ""
    interface: str = ""
    base_service: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InstructionsRecord:
    """A whole run; times are UTC, ISO 8601. ``by``: what counted."""

    schema: int
    run_id: Name
    started_at: Moment
    finished_at: Moment | None
    command: str
    settings: InstructionsSettings
    host: Host
    layout: Layout
    by: CountedBy | None = None
    neighbours: tuple[str, ...] = ()
    interrupted: bool = False
    services: tuple[ServiceCounts, ...] = ()
