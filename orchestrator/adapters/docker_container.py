"""A container of the lab in the Docker engine; the SDK's errors become the lab's here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from time import monotonic, time
from typing import Any, cast

import docker.errors
import docker.models.containers
import requests.exceptions

from labwire import netstat
from labwire.expectation import Request
from orchestrator.adapters import cgroup
from orchestrator.adapters.deadlines import timed, within
from orchestrator.adapters.health import awaited
from orchestrator.adapters.pipes import ExecPipe, program
from orchestrator.adapters.probe import NoAnswer, dialogue
from orchestrator.contract import Probe
from orchestrator.errors import EnvironmentMissing, TrialFailed, tail
from orchestrator.model.entry import PORT
from orchestrator.model.sample import Sample
from orchestrator.ports import ContainerState

KILL_AFTER_S = 10
GONE_WITHIN_S = 30
READ_WITHIN_S = 10
SIZES_WITHIN_S = 30
ENDS_WITHIN_S = 1
# Before its first line a program has to start; on an emulated CPU Locust takes a minute to do so.
FIRST_LINE_WITHIN_S = 120
# The load generator speaks every second; longer silence means that it hangs.
SILENT_AFTER_S = 20

# What is done to a container from outside, in the engine's words; `start` and `exec_*` are ours.
OOM = "oom"
INTERVENTIONS = frozenset({"pause", "unpause", "restart", "update", "kill", "stop"})

FOREIGN = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)
"""What the SDK raises."""


@contextmanager
def answering() -> Iterator[None]:
    """What the SDK raises in this block means that the engine fails us.

    Raises:
        EnvironmentMissing: with the reason.
    """
    try:
        yield
    except FOREIGN as error:
        raise EnvironmentMissing(
            f"the Docker engine does not do its part ({error}); its log says why"
        ) from error


Stats = dict[str, Any]


class DockerContainer:
    """A running container."""

    def __init__(
        self,
        container: docker.models.containers.Container,
        service: str,
        host: str | None = None,
    ) -> None:
        """``host``: that of the container whose network it shares; its own name elsewhere."""
        self._container = container
        self._host = host
        self.service = service

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
            TrialFailed: the service ended, did not answer in time, or answered no HTTP.
        """
        try:
            with dialogue(self._inside, PORT, wait_s) as it:
                return it.probe(requests)
        except NoAnswer as reason:
            if reason.ended:  # mostly since the container did; the engine may say so a moment later
                with suppress(*FOREIGN):
                    self._container.wait(timeout=ENDS_WITHIN_S)
            raise TrialFailed(str(reason)) from reason
        except FOREIGN as error:
            raise TrialFailed(f"no probe could run in it ({error})") from error

    def _inside(self, arguments: Sequence[str]) -> ExecPipe:
        client = self._container.client
        assert client is not None  # noqa: S101 - it is of one
        return ExecPipe(client.api, self.id, ["python", "-c", program(), *arguments])

    def install_bytes(self) -> dict[str, int | None] | None:
        """Bytes on disk of each distribution installed in it; None of one that does not tell.

        None altogether where the container does not run, or does not tell.
        """
        try:
            with dialogue(self._inside, PORT, SIZES_WITHIN_S) as it:
                return it.sizes()
        except (NoAnswer, *FOREIGN):
            return None

    def sample(self) -> Sample | None:
        """The cgroup's counters now; None where the container does not run."""
        try:
            stats = self._container.stats(stream=False, one_shot=True)
        except FOREIGN:
            return None
        return cgroup.sample(cast(Stats, stats))

    def listen_overflows(self) -> int | None:
        """Connections that full listen queues of its network namespace turned away so far.

        None where the container does not run, or its kernel does not tell.
        """
        said = self._output(["cat", netstat.PATH])
        with suppress(ValueError):  # what a program in the container prints may be anything
            return None if said is None else netstat.listen_overflows(said.decode(errors="replace"))
        return None

    def state(self) -> ContainerState:
        """Whether it runs, and if not, how it ended.

        Raises:
            TrialFailed: the container has vanished, or the engine does not answer.
        """
        with self._told("does not tell its state"):
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
        """Wait until this command in it ends well; unix seconds when it first did.

        Raises:
            TrialFailed: it did not in time, or the container ended.
        """
        ask = partial(self._health, check)
        return awaited(ask, lambda: self.state().running, within_s)

    def _health(self, check: Sequence[str], within_s: float) -> tuple[bool, str]:
        """Whether the check ends well now, and what it said."""
        try:
            code, output = within(
                min(within_s, READ_WITHIN_S), lambda: self._container.exec_run(list(check))
            )
        except FOREIGN as error:
            return False, str(error)
        return code == 0, cast(bytes, output or b"").decode(errors="replace")

    def lost_to_memory(self, since: float) -> bool:
        """Whether the kernel ended a process in it since then (unix seconds) for want of memory.

        The engine's state tells this of a container that ended; its events of one that lives on.
        """
        return OOM in self._events(since)

    def interventions(self, since: float) -> tuple[str, ...]:
        """What others did to it through the engine since then (unix seconds), in order.

        The engine remembers its last 256 events; nothing where it does not tell.
        """
        return tuple(action for action in self._events(since) if action in INTERVENTIONS)

    def _events(self, since: float) -> tuple[str, ...]:
        """What the engine remembers of it since then, in order; nothing where it does not tell."""
        client: Any = self._container.client  # its types know no fractions of a second; it does
        about = {"container": self.id, "type": "container"}
        span = {"since": f"{since:.9f}", "until": f"{time():.9f}"}
        try:
            events = within(
                READ_WITHIN_S,
                lambda: list(client.events(filters=about, decode=True, **span)),
            )
        except (*FOREIGN, ValueError):  # no answer, or none that is JSON: no reason to lose a trial
            return ()
        return tuple(str(event.get("Action")) for event in events)

    def logs(self) -> str:
        """All that it printed.

        Raises:
            TrialFailed: the container has vanished, or the engine does not answer.
        """
        with self._told("does not show its log"):
            return bytes(self._container.logs()).decode(errors="replace")

    def last_words(self) -> str:
        """The end of what it printed; nothing where that cannot be had any more."""
        with suppress(TrialFailed):
            return tail(self.logs())
        return ""

    def lines(self, within_s: float) -> Iterator[str]:
        """What it prints on stdout, line by line, until it ends.

        Raises:
            TrialFailed: it fell silent, or has not ended after ``within_s`` seconds.
        """
        with self._told("could not be listened to"):
            self._container.reload()  # the SDK leaves the connection of a refused stream open
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
        """SIGTERM, then wait; seconds until it ended. Killed after 10 s.

        Raises:
            TrialFailed: the container has vanished, or the engine does not answer.
        """
        begin = monotonic()
        with self._told("could not be stopped"):
            self._container.stop(timeout=KILL_AFTER_S)
        return monotonic() - begin

    def remove(self) -> None:
        """Remove it, running or not, and wait until it is gone; nothing if it is gone already.

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
        """What a command in it printed on stdout; None where it could not be run to its end."""
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
