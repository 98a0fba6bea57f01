"""A container of the lab in the Docker engine; converts the SDK's errors to the lab's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext, suppress
from functools import partial
from time import monotonic, sleep, time
from typing import Any, cast

import docker.errors
import docker.models.containers
import requests.exceptions

from labwire import netstat
from labwire.exchange import Request
from labwire.expectation import Expectation
from orchestrator.adapters import callgrind, cgroup, cpu_time, observing, perf, processes
from orchestrator.adapters.deadlines import timed, within
from orchestrator.adapters.health import POLL_S, awaited
from orchestrator.adapters.pipes import ExecPipe, program
from orchestrator.adapters.probe import NoAnswer, dialogue
from orchestrator.contract import Answer, Probe
from orchestrator.errors import EnvironmentMissing, TrialFailed, tail
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import PORT
from orchestrator.model.observed import Observed, Process
from orchestrator.model.sample import CpuModes, Sample
from orchestrator.ports import ContainerState, InstructionCounter

KILL_AFTER_S = 10
GONE_WITHIN_S = 30
READ_WITHIN_S = 10
SIZES_WITHIN_S = 30
ENDS_WITHIN_S = 1
SAID_BYTES = 4096
"""Most bytes of a healthcheck's output that are kept."""
# The first line comes after the program's start: a minute for Locust on an emulated CPU.
FIRST_LINE_WITHIN_S = 120
# The load generator prints every second; longer silence means that it hangs.
SILENT_AFTER_S = 20

# Engine events caused from outside; `start` and `exec_*` are the lab's own.
OOM = "oom"
INTERVENTIONS = frozenset({"pause", "unpause", "restart", "update", "kill", "stop"})

FOREIGN = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)
"""The exceptions that the SDK raises."""


@contextmanager
def answering() -> Iterator[None]:
    """Convert the SDK's errors in this block: the engine failed.

    Raises:
        EnvironmentMissing: with the reason.
    """
    try:
        yield
    except FOREIGN as error:
        raise EnvironmentMissing(f"the Docker engine failed ({error}); its log says why") from error


Stats = dict[str, Any]


def _left(end: float) -> float:
    """The seconds until then (`monotonic`). Raises TimeoutError if there are none."""
    left = end - monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class DockerContainer:
    """A running container."""

    def __init__(
        self,
        container: docker.models.containers.Container,
        service: str,
        host: str | None = None,
        port: int = PORT,
    ) -> None:
        """``host``: of the container whose network it shares; by default its own name."""
        self._container = container
        self.port = port
        self._host = host
        self.service = service
        self._cpu_time: cpu_time.CpuFiles | None = None
        self._cpu_found = False

    @property
    def name(self) -> str:
        """Its name in the engine."""
        return str(self._container.name)

    @property
    def id(self) -> str:
        """Its id in the engine."""
        return str(self._container.id)

    @property
    def host(self) -> str:
        """The name by which other containers of its network reach it."""
        return self._host or self.name

    def probe(self, requests: Sequence[Request], wait_s: float) -> Probe:
        """Send the service each request from inside its own container.

        Raises:
            TrialFailed: the service ended, did not answer in time, or its answer was not HTTP.
        """
        with self._answering(), dialogue(self._inside, self.port, wait_s) as it:
            return it.probe(requests)

    def ask(self, requests: Sequence[Request], within_s: float) -> tuple[Answer, ...]:
        """Send the service these requests from inside its own container, in turn.

        Raises:
            TrialFailed: as in `probe`.
        """
        with self._answering(), dialogue(self._inside, self.port, within_s) as it:
            return it.in_turn(requests)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except NoAnswer as reason:
            if reason.ended:  # usually with its container; the engine may notice that a bit later
                with suppress(*FOREIGN):
                    self._container.wait(timeout=ENDS_WITHIN_S)
            raise TrialFailed(str(reason)) from reason
        except FOREIGN as error:
            raise TrialFailed(f"no probe could run in it ({error})") from error

    def counter(self, by: CountedBy) -> AbstractContextManager[InstructionCounter]:
        """What counts the server's instructions.

        Raises:
            TrialFailed: they cannot be counted.
        """
        if by is CountedBy.CALLGRIND:
            return nullcontext(callgrind.Callgrind(self._printed))
        with self._told("does not report its state"):
            self._container.reload()
        return perf.counting(perf.INSTRUCTIONS, self._container.attrs["State"]["Pid"], self.id)

    def _printed(self, command: Sequence[str]) -> str:
        """What a command in it printed on stdout and stderr.

        Raises:
            TrialFailed: the command failed.
        """
        run = self._container.exec_run
        with self._told("could not run a command"):
            code, output = within(READ_WITHIN_S, lambda: run(list(command)))
        said = cast(bytes, output).decode(errors="replace")
        if code != 0:
            raise TrialFailed(f"a command in its container ended with exit code {code}", said)
        return said

    def _inside(self, arguments: Sequence[str]) -> ExecPipe:
        client = self._container.client
        assert client is not None  # noqa: S101 - the client made this container
        return ExecPipe(client.api, self.id, ["python", "-c", program(), *arguments])

    def install_bytes(self) -> dict[str, int | None] | None:
        """Bytes on disk of each installed distribution; None for one of unknown size.

        None instead of all if the container does not run or does not answer.
        """
        try:
            with dialogue(self._inside, self.port, SIZES_WITHIN_S) as it:
                return it.sizes()
        except (NoAnswer, *FOREIGN):
            return None

    def sample(self) -> Sample | None:
        """The cgroup's current counters; None if the container does not run."""
        try:
            stats = self._container.stats(stream=False, one_shot=True)
        except FOREIGN:
            return None
        return cgroup.sample(cast(Stats, stats))

    def cpu_s(self) -> float:
        """CPU seconds that it has used so far; read from the host's cgroup files where possible.

        Otherwise the engine is asked, which takes some milliseconds. The files are found once.

        Raises:
            TrialFailed: it does not run.
        """
        if (files := self._cpu_files()) is not None:
            with suppress(OSError, ValueError):
                return files.total()
        sample = self.sample()
        if sample is None:
            raise TrialFailed(f"{self.service} does not run any more", self.last_words())
        return sample.cpu_s

    def cpu_modes(self) -> CpuModes | None:
        """CPU seconds in its programs and in the kernel, from the host's cgroup files.

        None if it has none that can be read.

        Raises:
            TrialFailed: the engine does not answer.
        """
        if (files := self._cpu_files()) is not None:
            with suppress(OSError, ValueError):
                return files.modes()
        return None

    def _cpu_files(self) -> cpu_time.CpuFiles | None:
        if not self._cpu_found:
            with self._told("does not report its process"):
                self._container.reload()
            pid = int(self._container.attrs["State"]["Pid"])
            self._cpu_time, self._cpu_found = cpu_time.of_process(pid, self.id), True
        return self._cpu_time

    def processes(self) -> tuple[Process, ...] | None:
        """Its processes as the host's files show them; None if they do not."""
        with suppress(TrialFailed), self._told("does not report its process"):
            self._container.reload()
            return processes.of_container(int(self._container.attrs["State"]["Pid"]), self.id)
        return None

    def observed(
        self, expectations: Sequence[Expectation], connections: int, within_s: float
    ) -> Observed:
        """What runs in it while it answers.

        Raises:
            TrialFailed: it did not answer, or none of its processes can be read.
        """
        command = observing.loading(expectations, self.port, connections, within_s)
        run = self._container.exec_run
        with self._told("could not be observed"):
            _, output = within(within_s + READ_WITHIN_S, lambda: run(command))
        try:
            return observing.read(cast(bytes, output).decode(errors="replace"))
        except TrialFailed as failure:
            with suppress(*FOREIGN):  # the engine may notice an end a bit later
                self._container.wait(timeout=ENDS_WITHIN_S)
            if self.state().running:
                raise
            raise TrialFailed("the service ended", self.last_words()) from failure

    def listen_overflows(self) -> int | None:
        """Connections dropped so far by full listen queues (backlogs) in its network namespace.

        None if the container does not run, or its kernel does not count them.
        """
        said = self._output(["cat", netstat.PATH])
        with suppress(ValueError):  # a program in the container may print anything
            return None if said is None else netstat.listen_overflows(said.decode(errors="replace"))
        return None

    def state(self) -> ContainerState:
        """Whether it runs, and how it ended.

        Raises:
            TrialFailed: the container has vanished, or the engine does not answer.
        """
        with self._told("does not report its state"):
            self._container.reload()
        state = self._container.attrs["State"]
        return ContainerState(
            running=state["Running"],
            exit_code=state["ExitCode"],
            oom_killed=state["OOMKilled"],
            restarts=self._container.attrs["RestartCount"],
            started_at=cgroup.unix_seconds(state["StartedAt"]),
        )

    def healthy(self, check: Sequence[str], within_s: float) -> float:
        """Wait until this command succeeds in it; return when it first did, in unix seconds.

        Raises:
            TrialFailed: it did not succeed in time, or the container ended.
        """
        ask = partial(self._health, check)
        return awaited(ask, lambda: self.state().running, within_s)

    def _health(self, check: Sequence[str], within_s: float) -> tuple[bool, str]:
        """Whether the check succeeds now, and the first bytes that it printed.

        Raises:
            TrialFailed: the check may go on although nobody waits for it any more; a second one
                would run beside it.
        """
        client: Any = self._container.client
        end, said = monotonic() + within_s, b""
        try:
            with ExecPipe(client.api, self.id, check, stdin=False) as pipe:
                # All output is read, because a program that nobody reads from blocks.
                while data := pipe.receive(_left(end)):
                    said += data[: SAID_BYTES - len(said)]
                while (code := pipe.exit_code()) is None:  # it may have closed its output
                    sleep(min(POLL_S, _left(end)))
        except docker.errors.DockerException as error:  # the engine did not run it
            return False, str(error)
        except TimeoutError:
            reason = f"it was not healthy in time: its check had not ended after {within_s:.3g} s"
            raise TrialFailed(reason) from None
        except FOREIGN as error:
            raise TrialFailed(
                f"its healthcheck could not be followed to its end: {error}"
            ) from error
        return code == 0, said.decode(errors="replace")

    def lost_to_memory(self, since: float) -> bool:
        """Whether the OOM killer ended a process in it since then (unix seconds).

        The state shows this for a container that ended, the events for one that still runs.
        """
        return OOM in self._events(since)

    def interventions(self, since: float) -> tuple[str, ...]:
        """What others did to it through the engine since then (unix seconds), in order.

        The engine keeps its last 256 events. Empty if it does not answer.
        """
        return tuple(action for action in self._events(since) if action in INTERVENTIONS)

    def _events(self, since: float) -> tuple[str, ...]:
        """Its events since then that the engine still keeps, in order; empty without an answer."""
        client: Any = self._container.client  # its type hints allow no fractions of a second
        about = {"container": self.id, "type": "container"}
        span = {"since": f"{since:.9f}", "until": f"{time():.9f}"}
        try:
            events = within(
                READ_WITHIN_S,
                lambda: list(client.events(filters=about, decode=True, **span)),
            )
        except (*FOREIGN, ValueError):  # no answer or no JSON; not worth failing a trial
            return ()
        return tuple(str(event.get("Action")) for event in events)

    def logs(self) -> str:
        """Everything that it printed.

        Raises:
            TrialFailed: the container has vanished, or the engine does not answer.
        """
        with self._told("does not show its log"):
            return bytes(self._container.logs()).decode(errors="replace")

    def last_words(self) -> str:
        """The end of its log; empty if the log is no longer available."""
        with suppress(TrialFailed):
            return tail(self.logs())
        return ""

    def lines(self, within_s: float) -> Iterator[str]:
        """The lines that it prints on stdout, until it ends.

        Raises:
            TrialFailed: it fell silent, or has not ended after ``within_s`` seconds.
        """
        with self._told("could not be read"):
            self._container.reload()  # if it is gone, fail here: a refused stream leaks
            yield from timed(
                self._stdout,
                first_s=FIRST_LINE_WITHIN_S,
                next_s=SILENT_AFTER_S,
                whole_s=within_s,
            )

    def wait(self, within_s: float) -> int:
        """Its exit code, once it has ended.

        Raises:
            TrialFailed: it still runs after ``within_s``.
        """
        with self._told(f"did not end within {within_s:g} s"):
            return int(self._container.wait(timeout=within_s)["StatusCode"])

    def stop(self) -> float:
        """Send SIGTERM and wait; kill it after 10 s. Returns the seconds until it ended.

        Raises:
            TrialFailed: the container has vanished, or the engine does not answer.
        """
        begin = monotonic()
        with self._told("could not be stopped"):
            self._container.stop(timeout=KILL_AFTER_S)
        return monotonic() - begin

    def remove(self) -> None:
        """Remove it, running or not, and wait until it is gone; it may be gone already.

        Raises:
            TrialFailed: the engine does not remove it.
        """
        with self._told("could not be removed"), suppress(docker.errors.NotFound):
            try:
                self._container.remove(force=True, v=True)
            except docker.errors.APIError as error:
                if error.status_code != 409:  # someone else is removing it at this moment
                    raise
                self._container.wait(timeout=GONE_WITHIN_S, condition="removed")

    def _output(self, command: Sequence[str]) -> bytes | None:
        """What a command in it printed on stdout; None if the command failed."""
        run = self._container.exec_run
        try:
            code, output = within(READ_WITHIN_S, lambda: run(list(command), stderr=False))
        except FOREIGN:
            return None
        return cast(bytes, output) if code == 0 else None

    def _stdout(self) -> Iterator[str]:
        rest = b""
        for chunk in self._container.logs(stream=True, follow=True, stderr=False):
            *whole, rest = (rest + chunk).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace")

    @contextmanager
    def _told(self, what: str) -> Iterator[None]:
        try:
            yield
        except docker.errors.NotFound as error:
            reason = f"{self.service}: its container vanished; something outside the lab removed it"
            raise TrialFailed(reason) from error
        except FOREIGN as error:
            raise TrialFailed(f"{self.service} {what}: {error}") from error
