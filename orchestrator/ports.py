"""What the bench loop needs of the world; adapters implement it, tests bring fakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from labwire.events import LoadEvent, Tick
from labwire.expectation import Expectation, Request
from orchestrator.contract import Probe
from orchestrator.model.crosscheck import Seen, WrkSlice
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.record import RunRecord
from orchestrator.model.sample import Sample
from orchestrator.model.settings import Plan, PlannedTrial
from orchestrator.model.trial import TrialRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    """How a container stands: ``started_at`` in unix seconds.

    ``oom_killed``, ``restarts``: None where nobody can tell.
    """

    running: bool
    exit_code: int
    oom_killed: bool | None
    restarts: int | None
    started_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A built image; ``base`` says how its base image came to be."""

    id: str
    size_bytes: int
    base: str


class Container(Protocol):
    """A running container of the lab."""

    @property
    def id(self) -> str:
        """Its id in the engine."""

    @property
    def name(self) -> str:
        """Its name in the engine."""

    def probe(self, requests: Sequence[Request], wait_s: float) -> Probe:
        """Send the service each request twice, from inside; ``wait_s`` is for all of it.

        Raises:
            TrialFailed: not all was answered in time, or an answer was no HTTP.
        """

    def install_bytes(self) -> dict[str, int | None] | None:
        """Bytes on disk of each distribution installed in it; None of one that does not tell.

        Call only after memory has been measured: reading the files adds page cache to the
        container. None if the container does not run, or does not tell.
        """

    def sample(self) -> Sample | None:
        """The cgroup's counters now; None where the container does not run."""

    def listen_overflows(self) -> int | None:
        """Connections that full listen queues of its network namespace turned away so far.

        None where the container does not run, or its kernel does not tell.
        """

    def state(self) -> ContainerState:
        """Whether it runs, and if not, how it ended.

        Raises:
            TrialFailed: it has vanished, or the engine does not answer.
        """

    def interventions(self, since: float) -> tuple[str, ...]:
        """What others did to it since then (unix seconds): ``pause``, ``kill`` ..., in order."""

    def logs(self) -> str:
        """All that it printed.

        Raises:
            TrialFailed: it has vanished, or the engine does not answer.
        """

    def last_words(self) -> str:
        """The end of what it printed; nothing where that cannot be had any more."""

    def stop(self) -> float:
        """SIGTERM, then wait; seconds until it ended. Killed after 10 s.

        Raises:
            TrialFailed: it has vanished, or the engine does not answer.
        """


class Load(Protocol):
    """A Locust master and its workers at a service."""

    @property
    def workers(self) -> Sequence[Container]:
        """The workers' containers."""

    def events(self) -> Iterator[LoadEvent]:
        """The master's events as they come; ends with its result or failure.

        Raises:
            TrialFailed: nothing came for too long, it did not come to an end in time, or it was not
                what this version understands.
        """

    def logs(self) -> dict[str, str]:
        """Container name -> all that it printed."""


class Engine(Protocol):
    """The container engine, as far as a trial needs it."""

    def build(self, service: str) -> Image:
        """Build a service's image (cached layers are used).

        Raises:
            TrialFailed: with the log's tail.
        """

    def start(self, spec: ContainerSpec) -> AbstractContextManager[Container]:
        """Run a service's container; removed at the end, whatever happens.

        Raises:
            TrialFailed: the engine refused, or, after the block has ended well, did not remove it.
        """


class LoadGenerator(Protocol):
    """Brings load to a service."""

    def at(self, server: Container, workload: str, plan: Plan) -> AbstractContextManager[Load]:
        """Start a Locust master and its workers at ``server``; removed at the end."""


class ResultStore(Protocol):
    """Where a run's record and raw files are kept."""

    def save(self, record: RunRecord) -> None:
        """Replace ``run.json`` atomically."""

    def save_raw(self, trial: PlannedTrial, files: Mapping[str, str]) -> tuple[str, ...]:
        """Keep the raw files of one trial in place of those of an earlier attempt at it.

        Returns:
            Where they are, relative to the run's folder, in order.
        """


class Clock(Protocol):
    """Time, so that tests can bring their own."""

    def monotonic(self) -> float:
        """Seconds for durations."""

    def utc(self) -> str:
        """Now, ISO 8601, UTC."""


class Progress(Protocol):
    """Tells a person how the run stands."""

    def run_begins(self, plan: Plan, where: str, kept: int) -> None:
        """The plan is made; ``kept`` trials come from a resumed run."""

    def note(self, text: str) -> None:
        """A line worth reading, such as an image being built."""

    def trial_begins(self, trial: PlannedTrial) -> None:
        """A trial's container is about to start."""

    def tick(self, tick: Tick, server_cpu: float | None) -> None:
        """The load stands so, about once a second."""

    def trial_ends(self, record: TrialRecord) -> None:
        """A trial was measured, failed or skipped."""

    def run_ends(self, record: RunRecord) -> None:
        """All trials are through."""


class ReferenceClient(Protocol):
    """Another load generator, for the cross-check: it shares nothing with the lab's own."""

    def slice(self, server: Container, expectation: Expectation, *, compared: bool) -> WrkSlice:
        """One slice at ``server``; ``compared``: every answer with the contract.

        Raises:
            TrialFailed: it could not do its work.
        """


class ServerEnd(Protocol):
    """Counts the requests that reach a server without the server's help."""

    def begin(self, server: Container) -> None:
        """Count from now on.

        Raises:
            TrialFailed: it cannot be counted here.
        """

    def seen(self, server: Container) -> Seen:
        """What was counted since.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """

    def end(self, server: Container) -> None:
        """Count no more.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """
