"""The lab's client in a container, which loads servers in slices on command (`labload.slices`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from labwire.protocol import REBUILD
from labwire.slices import (
    Aim,
    Aimed,
    Answer,
    Command,
    Failed,
    Saturate,
    Slice,
    Spread,
    decode_answer,
    encode,
)
from orchestrator.adapters.docker_container import DockerContainer
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.pipes import Pipe
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import PORT
from orchestrator.model.settings import Loading
from orchestrator.ports import Container

PROGRAM = ("python3", "-m", "labload.slices")
CONNECTIONS = 32
"""To each server in an open loop: enough that a slow answer holds no other request up."""
BEGINS_WITHIN_S = 60.0
"""For the first answer: the program's start, on an emulated CPU."""
SPARE_S = 10.0
"""Beyond the load and its timeouts, for any answer."""
LINE_LIMIT = 4 * 1024 * 1024
"""Longest answer in bytes; a histogram of any latencies is far shorter."""

T = TypeVar("T", Aimed, Slice)


class DockerSliceLoad:
    """The client's container, and the connection to its program."""

    def __init__(
        self, container: DockerContainer, pipe: Pipe, workload: str, loading: Loading
    ) -> None:
        self.container = container
        self._pipe = pipe
        self._workload = workload
        self._profile = loading.profile
        self._servers = 0
        self._unread = b""
        self._begins_s = BEGINS_WITHIN_S

    def aim(self, servers: Sequence[Container], *, within_s: float) -> None:
        """Load these servers from now on; see `SliceLoad`."""
        self._servers = len(servers)
        command = Aim(
            workload=self._workload,
            servers=tuple(f"http://{server.host}:{PORT}" for server in servers),
            within_s=within_s,
            connections=CONNECTIONS,
            connect_timeout_s=self._profile.connect_timeout_s,
            request_timeout_s=self._profile.request_timeout_s,
        )
        self._ask(command, within_s, Aimed)

    def spread(self, requests: int, rate: float, seed: int) -> Slice:
        """Send each server the same number of requests; see `SliceLoad`."""
        lasts_s = requests * self._servers / rate
        # Plain numbers: those of numpy cannot be encoded.
        command = Spread(requests=int(requests), rate=float(rate), seed=int(seed))
        return self._ask(command, lasts_s, Slice)

    def saturate(self, server: int, connections: int, seconds: float) -> Slice:
        """Load one server alone in a closed loop; see `SliceLoad`."""
        command = Saturate(server=server, connections=int(connections), seconds=float(seconds))
        return self._ask(command, seconds, Slice)

    def _ask(self, command: Command, lasts_s: float, kind: type[T]) -> T:
        """The answer to a command.

        Raises:
            TrialFailed: the program could not carry it out, did not answer in time, or ended.
        """
        within_s = lasts_s + self._profile.request_timeout_s + SPARE_S + self._begins_s
        self._begins_s = 0.0
        end = monotonic() + within_s
        try:
            self._pipe.send(encode(command).encode() + b"\n")
            answer = self._answer(end)
        except TimeoutError:
            raise self._failure(f"did not answer within {within_s:.0f} s") from None
        except OSError as error:
            raise self._failure(f"could not be reached ({error})") from error
        if isinstance(answer, Failed):
            raise TrialFailed(f"the load: {answer.reason}")
        if not isinstance(answer, kind):
            raise self._failure(f"gave another answer than {kind.__name__}")
        return answer

    def _answer(self, end: float) -> Answer:
        while True:
            line, found, rest = self._unread.partition(b"\n")
            if found:
                self._unread = rest
                try:
                    return decode_answer(line)
                except ValueError as error:
                    raise TrialFailed(f"{error}: {line[:200].decode(errors='replace')}") from error
            if len(line) > LINE_LIMIT:
                raise self._failure("answered with a line of more than 4 MiB")
            left_s = end - monotonic()
            if left_s <= 0:
                raise TimeoutError
            piece = self._pipe.receive(left_s)
            if not piece:
                raise self._failure("ended; its log says why")
            self._unread += piece

    def _failure(self, what: str) -> TrialFailed:
        log = self.container.last_words()
        hint = f"; {REBUILD}" if "No module named" in log else ""
        return TrialFailed(f"the load generator's program {what}{hint}", log)


@contextmanager
def slice_load(engine: DockerEngine, workload: str, loading: Loading) -> Iterator[DockerSliceLoad]:
    """Start the client on the first load CPU, on the run's network; removed at the end.

    Raises:
        TrialFailed: the engine refused.
    """
    cpu = loading.placement.load_cpus[0]
    with (
        engine.start(replace(loading.worker, cpuset=str(cpu)), program=PROGRAM) as container,
        container.attach() as pipe,
    ):
        yield DockerSliceLoad(container, pipe, workload, loading)
