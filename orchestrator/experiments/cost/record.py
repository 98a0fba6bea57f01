"""The record of a cost table (``cost.json``)."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.model.host import Host
from orchestrator.model.placement import Layout, Network
from orchestrator.model.record import Endpoint
from orchestrator.model.together import LeftOut, Together
from orchestrator.words import Moment, Name, PythonTag, SetName, Title

COST_SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class CostSettings:
    """The settings of one ``lab cost``.

    ``budget_s``: the most seconds of measuring, of all workloads together. ``seed``: of hash seeds
    and orders. ``set_name``: the set that ``services`` are; None if they were named, or if the run
    is older than the field. ``bases``: whether the bases of the services were added to them.
    ``python``: as in `Settings`.
    """

    services: tuple[Name, ...]
    workloads: tuple[Name, ...]
    budget_s: float
    seed: int
    set_name: SetName | None = None
    bases: bool = False
    python: PythonTag | None = None

    @property
    def network(self) -> Network:
        """A bridge: all servers listen on the same port, so each needs a network of its own."""
        return Network.BRIDGE


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A service that takes part, or the reference.

    ``image``: the id of its image; ``base_image``: where its base came from; ``python`` and
    ``versions``: of the interpreter and of the installed distributions, read in the container.
    All are empty if the service was left out before they were known. ``framework``: the folder of
    its application, which other services may share; ``server``, ``interface``: what serves it, and
    how. ``base``: the service without a framework on the same server, if it takes part; a base is
    its own. These are empty in records that are older than they are.
    """

    service: Name
    name: Title
    image: str = ""
    base_image: str = ""
    python: str = ""
    versions: dict[str, str] = field(default_factory=dict)
    framework: str = ""
    server: str = ""
    interface: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRow:
    """What a request to one service costs under one workload.

    ``relative``: CPU time for a request, as a multiple of the reference's; ``low``, ``high``: its
    95 % interval, None with fewer than two launches. ``cpu_us_per_request``: the same in
    microseconds, which drifts with the machine. ``rank``: the best and the worst possible; 1 costs
    least. ``note``: why something is missing; empty if nothing is.
    """

    service: Name
    workload: Name
    relative: float | None = None
    low: float | None = None
    high: float | None = None
    cpu_us_per_request: float | None = None
    rank: tuple[int, int] | None = None
    launches: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRecord:
    """A whole run; times are UTC, ISO 8601.

    ``contract``: what each workload requests and expects. ``parts``: the reference, and each
    service. ``together``: the launches, workload by workload. ``rows``: what follows from them.
    ``failure``: why the run could not go on; None if it could.
    """

    schema: int
    run_id: Name
    started_at: Moment
    finished_at: Moment | None
    command: str
    settings: CostSettings
    host: Host
    layout: Layout
    contract: dict[Name, Endpoint]
    parts: tuple[Part, ...]
    together: tuple[Together, ...]
    rows: tuple[CostRow, ...] = ()
    failure: LeftOut | None = None
    neighbours: tuple[str, ...] = ()
    interrupted: bool = False

    def part(self, service: str) -> Part:
        """The part of this service, or the reference."""
        return next(part for part in self.parts if part.service == service)
