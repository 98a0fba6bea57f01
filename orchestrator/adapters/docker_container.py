"""A container of the lab in the Docker engine; the SDK's errors become the lab's here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from time import monotonic
from typing import Any, cast

import docker.errors
import docker.models.containers
import requests.exceptions

from orchestrator.adapters import cgroup, netstat
from orchestrator.adapters.pipes import ExecPipe, program
from orchestrator.adapters.probe import NoAnswer, dialogue
from orchestrator.contract import Probe
from orchestrator.errors import TrialFailed, tail
from orchestrator.model.sample import Sample
from orchestrator.model.trial import Phase
from orchestrator.ports import ContainerState

PORT = 8000
KILL_AFTER_S = 10
SIZES_WITHIN_S = 30
ENDS_WITHIN_S = 1
# The load generator speaks every second; longer silence means that it hangs.
SILENT_AFTER_S = 20

FOREIGN = (docker.errors.DockerException, requests.exceptions.RequestException, OSError)
"""What the SDK raises."""


class DockerContainer:
    """A running container."""

    def __init__(self, container: docker.models.containers.Container, service: str) -> None:
        self._container = container
        self.service = service

    @property
    def name(self) -> str:
        """Its name in the engine."""
        return str(self._container.name)

    @property
    def id(self) -> str:
        """Its id in the engine."""
        return str(self._container.id)

    def probe(self, paths: Sequence[str], wait_s: float) -> Probe:
        """Ask the service for each path from inside its own container.

        Raises:
            TrialFailed: the service ended, did not answer in time, or answered no HTTP.
        """
        try:
            with dialogue(self._inside, PORT, wait_s) as it:
                return it.probe(paths)
        except NoAnswer as reason:
            if reason.ended:  # mostly since the container did; the engine may say so a moment later
                with suppress(*FOREIGN):
                    self._container.wait(timeout=ENDS_WITHIN_S)
            raise self._not_ready(str(reason)) from reason
        except FOREIGN as error:
            raise self._not_ready(f"no probe could run in it ({error})") from error

    def _inside(self, arguments: Sequence[str]) -> ExecPipe:
        client = self._container.client
        assert client is not None  # noqa: S101 - it is of one
        return ExecPipe(client.api, self.id, ["python", "-c", program(), *arguments])

    def _not_ready(self, reason: str) -> TrialFailed:
        state = self.state()
        if state.running:
            return TrialFailed(Phase.VERIFY, reason, tail(self.logs()))
        ended = f"it ended at its start with exit code {state.exit_code}"
        return TrialFailed(Phase.START, ended, tail(self.logs()))

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
        return cgroup.sample(cast(dict[str, Any], stats))

    def listen_overflows(self) -> int | None:
        """Connections that full listen queues of its network namespace turned away so far.

        None where the container does not run, or its kernel does not tell.
        """
        try:
            code, output = self._container.exec_run(["cat", netstat.PATH])
        except FOREIGN:
            return None
        return netstat.listen_overflows(cast(bytes, output).decode()) if code == 0 else None

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

    def logs(self) -> str:
        """All that it printed.

        Raises:
            TrialFailed: the container has vanished, or the engine does not answer.
        """
        with self._told("does not show its log"):
            return bytes(self._container.logs()).decode(errors="replace")

    def lines(self) -> Iterator[str]:
        """What it prints on stdout, line by line, until it ends.

        Raises:
            TrialFailed: nothing came for ``SILENT_AFTER_S``.
        """
        rest = b""
        try:
            for chunk in self._container.logs(stream=True, follow=True, stderr=False):
                *whole, rest = (rest + chunk).split(b"\n")
                for line in whole:
                    yield line.decode(errors="replace")
        except requests.exceptions.RequestException as error:
            raise TrialFailed(
                Phase.LOAD, f"{self.service} said nothing for {SILENT_AFTER_S} s"
            ) from error

    def wait(self, within_s: float) -> int:
        """Its exit code, once it has ended.

        Raises:
            TrialFailed: it still runs after ``within_s``.
        """
        with self._told(f"did not end within {within_s:g} s"):
            return int(self._container.wait(timeout=within_s)["StatusCode"])

    def stop(self) -> float:
        """SIGTERM, then wait; seconds until it ended. Killed after 10 s."""
        begin = monotonic()
        with self._told("could not be stopped", Phase.STOP):
            self._container.stop(timeout=KILL_AFTER_S)
        return monotonic() - begin

    def remove(self) -> None:
        """Remove it, running or not; nothing happens if it is gone already."""
        with self._told("could not be removed", Phase.STOP), suppress(docker.errors.NotFound):
            self._container.remove(force=True, v=True)

    @contextmanager
    def _told(self, what: str, phase: Phase = Phase.LOAD) -> Iterator[None]:
        try:
            yield
        except FOREIGN as error:
            raise TrialFailed(phase, f"{self.service} {what}: {error}") from error
