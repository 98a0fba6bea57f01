"""The settings of a run, and the plan made from them."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Annotated

from msgspec import Meta

from labwire.expectation import Expectation
from labwire.settings import RampSettings
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.model.placement import Network, Placement
from orchestrator.words import Name, PythonTag, SetName


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The load of one trial: users rise in steps, fall back to the best step, settle, and hold.

    ``users``: the users of each step of the ramp; a step lasts ``step_s``. A step is longer than
    the timeouts, so a drop shows in the step in which its request began, or in the next.

    If ``open_s`` is not 0, the open loop follows: ``open_s`` seconds at each of ``open_shares`` of
    the capacity that was found, and at ``open_rate`` requests/s. The rate ``open_rate`` uses
    ``open_users`` connections; None: as many as the hold had users.

    ``by_cost``: runs of this profile rank the cost of a request at ``open_rate``, on every host.
    ``together_s``: after the trials, launches of all services at once for so many seconds, all
    workloads together; the ranking then comes from them. 0: none.
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
    together_s: float = 0.0

    @property
    def ramp(self) -> RampSettings:
        """What the load's master needs to know of it."""
        shared = {one.name for one in fields(RampSettings)} & {one.name for one in fields(self)}
        return RampSettings(**{name: getattr(self, name) for name in shared})

    @property
    def load_s(self) -> float:
        """Seconds of load in a trial, closed and open loop together."""
        rates = len(self.open_shares) + (self.open_rate is not None)
        return self.duration_s + self.open_s * rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one ``lab run``; the record keeps them so that a run can be resumed.

    ``open_loop``: whether the open loop follows; None: as in the profile. ``rate``: the arrival
    rate (requests/s) that is the same for all services; None: as in the profile. ``set_name``: the
    set that ``services`` are; None if they were named, or if the run is older than the field.
    ``python``: the version of Python that all services ran on, as a tag of the official image;
    None: each service on its own.
    """

    services: Annotated[tuple[Name, ...], Meta(min_length=1)]
    workloads: Annotated[tuple[Name, ...], Meta(min_length=1)]
    profile: Name
    duration_s: float | None
    max_users: int | None
    repeats: int
    seed: int
    network: Network
    client: Name = "engine"
    open_loop: bool | None = None
    rate: float | None = None
    set_name: SetName | None = None
    python: PythonTag | None = None

    @property
    def trials(self) -> int:
        """Number of trials of the run."""
        return len(self.services) * len(self.workloads) * self.repeats


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedTrial:
    """One trial to run: framework, workload, repeat, and its place in the order."""

    entry: Entry
    expectation: Expectation
    repeat: int
    order: int

    @property
    def key(self) -> tuple[str, str, int]:
        """What identifies the trial across a resumed run."""
        return self.entry.manifest.id, self.expectation.workload, self.repeat

    @property
    def why_not(self) -> str | None:
        """Why the service does not offer this workload; None if it does."""
        return self.entry.manifest.why_not(self.expectation)


@dataclass(frozen=True, slots=True, kw_only=True)
class Loading:
    """How a server is loaded: steps, client, placement, and Locust's containers."""

    profile: Profile
    client: Name
    placement: Placement
    master: ContainerSpec
    worker: ContainerSpec

    @property
    def ramp(self) -> RampSettings:
        """What the load's master needs to know."""
        at = self.placement
        return replace(
            self.profile.ramp,
            server_cpu=at.server_cpu if at.one_host else None,
            load_cpus=at.load_cpus,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A run as data, validated before the first container starts."""

    settings: Settings
    loading: Loading
    trials: tuple[PlannedTrial, ...]
