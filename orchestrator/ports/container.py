"""What the bench asks of a container."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from labwire.exchange import Request
from labwire.expectation import Expectation
from orchestrator.contract import Answer, Probe
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.observed import Observed, Process
from orchestrator.model.sample import CpuModes, Sample


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
