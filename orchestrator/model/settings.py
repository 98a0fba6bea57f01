"""What a person asked for, and the plan that it becomes."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.model.entry import ContainerSpec, Entry, Expectation


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """The load of one trial: users rise in steps, fall back, settle, and are held.

    ``users`` are the ramp's steps, each ``step_s`` long. A step outlasts the timeouts, so that a
    drop is seen in the step in which its request began or in the next.
    """

    name: str
    duration_s: float
    step_s: float
    settle_s: float
    users: tuple[int, ...]
    connect_timeout_s: float
    request_timeout_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The choices of one ``lab run``, kept in the record so that a run can be resumed."""

    services: tuple[str, ...]
    workloads: tuple[str, ...]
    profile: str
    duration_s: float | None
    max_users: int | None
    repeats: int
    seed: int
    network: str

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
    network: str


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
