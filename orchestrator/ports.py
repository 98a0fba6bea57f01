"""The interfaces to everything outside; adapters implement them, and tests use fakes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from labwire.events import LoadEvent, LoadStep, Tick
from labwire.exchange import Request
from labwire.expectation import Expectation
from labwire.slices import Slice
from orchestrator.contract import Answer, Probe
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.observed import Observed, Process
from orchestrator.model.outlook import Outlook
from orchestrator.model.sample import CpuModes, Sample
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.model.trial import TrialRecord
from orchestrator.model.variant import Made, Variant


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerState:
    """The state of a container; ``started_at`` in unix seconds.

    ``oom_killed``, ``restarts``: None if unknown.
    """

    running: bool
    exit_code: int
    oom_killed: bool | None
    restarts: int | None
    started_at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A built image; ``base`` says where its base image came from."""

    id: str
    size_bytes: int
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderCallgrind:
    """A container whose program runs under callgrind.

    ``note``: what else is different in it, for people; empty if nothing is.
    """

    container: ContainerSpec
    note: str = ""


class InstructionCounter(Protocol):
    """Counts the user-space instructions of a server: all its processes and threads."""

    def begin(self) -> None:
        """Begin to count. The server must be idle.

        Raises:
            TrialFailed: they cannot be counted.
        """

    def counted(self) -> int:
        """The instructions since `begin`; it ends the count. The server must be idle.

        Raises:
            TrialFailed: the count is not complete.
        """


class Container(Protocol):
    """A running container of the lab."""

    @property
    def id(self) -> str:
        """The container's id in the engine."""

    @property
    def host(self) -> str:
        """The name by which other containers of its network reach it."""

    @property
    def port(self) -> int:
        """The port on which its server listens."""

    def probe(self, requests: Sequence[Request], wait_s: float) -> Probe:
        """Send each request twice from inside the container; wait until the service is ready.

        Args:
            wait_s: seconds for everything together.

        Raises:
            TrialFailed: a request was not answered in time, or an answer was not valid HTTP.
        """

    def ask(self, requests: Sequence[Request], within_s: float) -> tuple[Answer, ...]:
        """Send these requests in turn, each when the service is idle again; return the answers.

        One connection is used for as long as the service keeps it open.

        Args:
            within_s: seconds for everything together.

        Raises:
            TrialFailed: a request was not answered in time, or an answer was not valid HTTP.
        """

    def counter(self, by: CountedBy) -> AbstractContextManager[InstructionCounter]:
        """What counts the server's instructions; to count by callgrind, the server runs under it.

        Raises:
            TrialFailed: they cannot be counted.
        """

    def install_bytes(self) -> dict[str, int | None] | None:
        """Bytes on disk of each installed distribution; None for one whose size is unknown.

        Call only after memory has been measured: reading the files adds page cache to the
        container. The result is None if the container does not run, or if the sizes cannot be read.
        """

    def sample(self) -> Sample | None:
        """Read the cgroup's counters; None if the container does not run."""

    def processes(self) -> tuple[Process, ...] | None:
        """Its processes as the host sees them, which costs the container nothing.

        None if the host does not show them, or if the container does not run.
        """

    def observed(
        self, expectations: Sequence[Expectation], connections: int, within_s: float
    ) -> Observed:
        """What runs in it while it answers; it was started as `Engine.watched` says.

        Args:
            connections: how many send each request in turn, all at the same time.
            within_s: seconds for everything together.

        Raises:
            TrialFailed: it did not answer, or none of its processes can be read.
        """

    def cpu_s(self) -> float:
        """CPU seconds that its cgroup has used so far, read within milliseconds where possible.

        Raises:
            TrialFailed: the container does not run.
        """

    def cpu_modes(self) -> CpuModes | None:
        """The same, divided into programs and kernel; None if the host's files do not show it.

        Raises:
            TrialFailed: the engine does not answer.
        """

    def listen_overflows(self) -> int | None:
        """Connections dropped so far because a listen queue in its network namespace was full.

        None if the container does not run, or if its kernel does not report the counter.
        """

    def state(self) -> ContainerState:
        """Whether the container runs, and if not, how it ended.

        Raises:
            TrialFailed: it has vanished, or the engine does not answer.
        """

    def healthy(self, check: Sequence[str], within_s: float) -> float:
        """Wait until this command in it ends well; unix seconds when it first did.

        Raises:
            TrialFailed: it did not in time, or it ended.
        """

    def lost_to_memory(self, since: float) -> bool:
        """Whether a process in it was ended since then (unix seconds) for want of memory."""

    def interventions(self, since: float) -> tuple[str, ...]:
        """What others did to it after ``since`` (unix seconds), such as ``pause``; in order."""

    def logs(self) -> str:
        """Everything that the container printed.

        Raises:
            TrialFailed: it has vanished, or the engine does not answer.
        """

    def last_words(self) -> str:
        """The last lines that it printed; empty if they cannot be read any more."""

    def stop(self) -> float:
        """Send SIGTERM, and kill the container after 10 s; return the seconds until it ended.

        Raises:
            TrialFailed: it has vanished, or the engine does not answer.
        """


class Load(Protocol):
    """A Locust master and its workers, which load one service."""

    @property
    def workers(self) -> Sequence[Container]:
        """The workers' containers."""

    def events(self) -> Iterator[LoadEvent]:
        """The master's events as they arrive; ends with its result or failure.

        Raises:
            TrialFailed: no event arrived for too long, the load did not end in time, or this
                version does not understand an event.
        """

    def logs(self) -> dict[str, str]:
        """Container name -> everything that it printed."""


class SliceLoad(Protocol):
    """The lab's client in one container: it loads several servers in slices, one at a time."""

    def aim(
        self,
        servers: Sequence[Container],
        *,
        within_s: float,
        workload: str | None = None,
        connections: int | None = None,
    ) -> None:
        """Load these servers from now on; wait until each of them gives the right answer.

        Args:
            within_s: seconds for all servers together.
            workload: what to request; None: the workload that this load was started for.
            connections: to each server in `spread`; None: as many as it usually has.

        Raises:
            ServerFailed: one of them did not in time.
            TrialFailed: the client failed.
        """

    def spread(self, requests: int, rate: float, seed: int) -> Slice:
        """Send each server the same number of requests, mixed at random; wait for all answers.

        Args:
            requests: for each server.
            rate: requests/s of all servers together, in an open loop.
            seed: of the random order.

        Raises:
            ServerFailed: not every request to one of them has ended.
            TrialFailed: the client failed.
        """

    def saturate(self, server: int, connections: int, seconds: float) -> Slice:
        """Load one server alone, in a closed loop; wait for the answers under way.

        Args:
            server: its place among those aimed at.

        Raises:
            TrialFailed: the client failed.
        """


class Engine(Protocol):
    """The parts of the container engine that a trial needs."""

    def build(self, service: str) -> Image:
        """Build a service's image (cached layers are used); one that is not built is pulled.

        Raises:
            TrialFailed: the build failed (carries the end of its log), or an image that is not
                built here could not be pulled.
        """

    def build_variant(self, variant: Variant) -> Made:
        """Build the image of a variant of a service; the service's own image stays as it is.

        The image stays until this process has ended. What the variant's environment sets is not in
        the image: give it to the container (`ContainerSpec.environment`).

        Raises:
            TrialFailed: the build failed (carries the end of its log), or a part of the variant
                could not be found.
        """

    def counts_by(self) -> CountedBy:
        """What counts instructions on this host: the CPU where it can, otherwise callgrind."""

    def under_callgrind(self, spec: ContainerSpec) -> UnderCallgrind:
        """The same container with its program under callgrind, which counts nothing at first.

        Its image must have valgrind (`Variant.valgrind`).

        Raises:
            EnvironmentMissing: the engine does not have the image.
            TrialFailed: its ``callgrind.py`` does not fit its program.
        """

    def watched(self, spec: ContainerSpec) -> ContainerSpec:
        """The same container; its Python processes can be observed (`Container.observed`).

        Raises:
            EnvironmentMissing: the engine does not have the image.
        """

    def start(
        self, spec: ContainerSpec, *, beside: Container | None = None, suffix: str = ""
    ) -> AbstractContextManager[Container]:
        """Run a service's container; the end of the block removes it, even after an error.

        Args:
            beside: whose network namespace it shares; it has one of its own elsewhere.
            suffix: distinguishes containers of one service that run at the same time.

        Raises:
            TrialFailed: the engine refused, or, after a block without an error, did not remove the
                container.
        """

    def prepared(
        self, spec: ContainerSpec, *, beside: Container | None = None, suffix: str = ""
    ) -> AbstractContextManager[Prepared]:
        """Like `start`, but the container does not run before it is told to.

        Raises:
            TrialFailed: as for `start`.
        """

    def conversation(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        beside: Container | None = None,
        suffix: str = "",
    ) -> AbstractContextManager[Conversation]:
        """Like `start`, with this command, whose stdin and stdout the lab has.

        Raises:
            TrialFailed: as for `start`.
        """

    def network(self) -> AbstractContextManager[str]:
        """A bridge network for this run alone; containers started in the block use it.

        Raises:
            EnvironmentMissing: the engine refused.
        """

    def output(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        within_s: float,
        beside: Container | None = None,
    ) -> str:
        """Run a container until it ends; return what it printed.

        Args:
            beside: whose network namespace it shares; it has one of its own elsewhere.

        Raises:
            TrialFailed: the engine refused, or the container failed or did not end in time.
        """


class Prepared(Protocol):
    """A container that exists and does not run yet."""

    @property
    def container(self) -> Container:
        """The container."""

    def begin(self) -> None:
        """Run it. Several may begin at once, each in a thread of its own.

        Raises:
            TrialFailed: the engine refused.
        """


class Conversation(Protocol):
    """A running container whose program is told something and answers, in lines of text."""

    @property
    def container(self) -> Container:
        """The container."""

    def say(self, line: str) -> None:
        """Write a line to the program's stdin.

        Raises:
            TrialFailed: the program has ended.
        """

    def hear(self, within_s: float) -> str:
        """The next line of its stdout, without the line break.

        Raises:
            TrialFailed: it ended, or said nothing in time.
        """


class CommandedLoad(Protocol):
    """A Locust master and its workers, which stay ready beside a service between their steps."""

    def step(self, seconds: float) -> LoadStep:
        """Load the service for one step; wait for the requests under way, and close connections.

        Raises:
            TrialFailed: the load generator failed.
        """

    def logs(self) -> dict[str, str]:
        """Container name -> everything that it printed."""


class LoadGenerator(Protocol):
    """Starts load on a service."""

    def at(
        self, server: Container, workload: str, loading: Loading
    ) -> AbstractContextManager[Load]:
        """Start a Locust master and workers that load ``server``; the block's end removes them."""

    def commanded(
        self, server: Container, workload: str, loading: Loading
    ) -> AbstractContextManager[CommandedLoad]:
        """Start a Locust master and workers beside ``server`` that wait for commands.

        ``loading``: its profile has the users of every step, and the timeouts.

        Raises:
            TrialFailed: they did not become ready.
        """

    def slices(self, workload: str, loading: Loading) -> AbstractContextManager[SliceLoad]:
        """Start the lab's client alone, without Locust, for slices on command."""


class RawStore(Protocol):
    """Saves the raw files of trials."""

    def save_raw(self, trial: PlannedTrial, files: Mapping[str, str]) -> tuple[str, ...]:
        """Save the raw files of one trial; they replace those of an earlier attempt.

        Returns:
            Their paths relative to the run's folder, in order.
        """


class Clock(Protocol):
    """The clock; tests use their own."""

    def monotonic(self) -> float:
        """Seconds of a monotonic clock, for durations."""

    def utc(self) -> str:
        """Now, ISO 8601, UTC."""


class Progress(Protocol):
    """Shows a person the progress of a run."""

    def run_begins(self, outlook: Outlook, where: str) -> None:
        """The run begins; its record is saved at ``where``."""

    def note(self, text: str) -> None:
        """A message for the person, such as which image is being built."""

    def trial_begins(self, trial: PlannedTrial) -> None:
        """A trial begins; its container starts next."""

    def tick(self, tick: Tick, server_cpu: float | None) -> None:
        """The state of the load, about once a second."""

    def trial_ends(self, record: TrialRecord) -> None:
        """A trial has ended: measured or failed."""

    def run_ends(self) -> None:
        """The run has ended."""
