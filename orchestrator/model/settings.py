"""What a person asked for, and the plan that it becomes."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Annotated

from msgspec import Meta

from labwire.expectation import Expectation
from labwire.settings import RampSettings
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.words import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The load of one trial: users rise in steps, fall back, settle, and are held.

    ``users`` are the ramp's steps, each ``step_s`` long. A step outlasts the timeouts, so that a
    drop is seen in the step in which its request began or in the next.

    Then, where ``open_s`` is not 0, the open loop: ``open_s`` seconds at each of ``open_shares`` of
    the capacity that was found, and at ``open_rate`` requests/s. The latter over ``open_users``
    connections; None: as many as the hold had users.

    ``by_cost``: its runs rank what a request costs at ``open_rate``, on whatever host.
    """

    name: Name
    duration_s: float
    step_s: float
    settle_s: float
    users: tuple[int, ...]
    connect_timeout_s: float
    request_timeout_s: float
    open_s: float = 0.0
    open_shares: tuple[float, ...] = ()
    open_rate: float | None = None
    open_users: int | None = None
    by_cost: bool = False

    @property
    def ramp(self) -> RampSettings:
        """What the load's master needs to know of it."""
        return RampSettings(**{one.name: getattr(self, one.name) for one in fields(RampSettings)})

    @property
    def load_s(self) -> float:
        """Seconds of load in a trial, closed and open loop together."""
        rates = len(self.open_shares) + (self.open_rate is not None)
        return self.duration_s + self.open_s * rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The choices of one ``lab run``, kept in the record so that a run can be resumed.

    ``open_loop``: whether the open loop follows; None leaves it to the profile. ``rate``: the
    arrival rate (requests/s) that all entries have in common; None leaves it to the profile.
    """

    services: Annotated[tuple[Name, ...], Meta(min_length=1)]
    workloads: Annotated[tuple[Name, ...], Meta(min_length=1)]
    profile: Name
    duration_s: float | None
    max_users: int | None
    repeats: int
    seed: int
    network: Name
    client: Name = "engine"
    open_loop: bool | None = None
    rate: float | None = None

    @property
    def trials(self) -> int:
        """How many trials the run has."""
        return len(self.services) * len(self.workloads) * self.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """Which CPU serves and which load.

    ``shared``: the server's CPU also carries load (a host with one CPU). ``smt_shared``: the
    server's physical core also carries load; None where the host does not tell.
    """

    server_cpu: int
    load_cpus: tuple[int, ...]
    shared: bool
    smt_shared: bool | None
    network: Name


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTrial:
    """One trial to come: which framework, which workload, which repeat, and when in the run."""

    entry: Entry
    expectation: Expectation
    repeat: int
    order: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What identifies the trial across a resumed run."""
        return self.entry.manifest.id, self.expectation.workload, self.repeat


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run as data: everything that is validated before the first container starts."""

    settings: Settings
    profile: Profile
    layout: Layout
    master: ContainerSpec
    worker: ContainerSpec
    trials: tuple[PlannedTrial, ...]
