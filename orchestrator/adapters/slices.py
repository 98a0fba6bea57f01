"""The lab's client in a container, which loads servers in slices on command (`labload.slices`)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TypeVar

from labwire.protocol import REBUILD
from labwire.slices import (
    Aim,
    Aimed,
    Command,
    Failed,
    Saturate,
    Slice,
    Spread,
    decode_answer,
    encode,
)
from orchestrator.adapters.conversation import LineConversation
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.errors import ServerFailed, TrialFailed
from orchestrator.model.settings import Loading
from orchestrator.ports import Container

INTERPRETER = ("python3",)
PROGRAM = ("-m", "labload.slices")
CONNECTIONS = 32
"""To each server in an open loop: enough that a slow answer holds no other request up."""
BEGINS_WITHIN_S = 60.0
"""For the first answer: the program's start, on an emulated CPU."""
SPARE_S = 10.0
"""Beyond the load and its timeouts, for any answer."""

T = TypeVar("T", Aimed, Slice)


class DockerSliceLoad:
    """The client's container, and the conversation with its program."""

    def __init__(self, client: LineConversation, workload: str, loading: Loading) -> None:
        self._client = client
        self._workload = workload
        self._profile = loading.profile
        self._servers = 0
        self._begins_s = BEGINS_WITHIN_S

    def aim(
        self,
        servers: Sequence[Container],
        *,
        within_s: float,
        workload: str | None = None,
        connections: int | None = None,
    ) -> None:
        """Load these servers from now on; see `SliceLoad`."""
        self._servers = len(servers)
        command = Aim(
            workload=workload or self._workload,
            servers=tuple(f"http://{server.host}:{server.port}" for server in servers),
            within_s=within_s,
            connections=connections or CONNECTIONS,
            connect_timeout_s=self._profile.connect_timeout_s,
            request_timeout_s=self._profile.request_timeout_s,
        )
        self._ask(command, within_s, Aimed)

    def spread(self, requests: int, rate: float, seed: int) -> Slice:
        """Send each server the same number of requests; see `SliceLoad`."""
        lasts_s = requests * self._servers / rate
        return self._ask(Spread(requests=requests, rate=rate, seed=seed), lasts_s, Slice)

    def saturate(self, server: int, connections: int, seconds: float) -> Slice:
        """Load one server alone in a closed loop; see `SliceLoad`."""
        command = Saturate(server=server, connections=connections, seconds=seconds)
        return self._ask(command, seconds, Slice)

    def _ask(self, command: Command, lasts_s: float, kind: type[T]) -> T:
        """The answer to a command.

        Raises:
            ServerFailed: the program could not carry it out because of one server.
            TrialFailed: the program could not carry it out, did not answer in time, or ended.
        """
        within_s = lasts_s + self._profile.request_timeout_s + SPARE_S + self._begins_s
        self._begins_s = 0.0
        try:
            self._client.say(encode(command))
            line = self._client.hear(within_s)
        except TrialFailed as failure:
            hint = f"; {REBUILD}" if "No module named" in failure.log_tail else ""
            raise TrialFailed(
                f"the load generator's program: {failure.reason}{hint}", failure.log_tail
            ) from failure
        try:
            answer = decode_answer(line)
        except ValueError as error:
            raise TrialFailed(f"{error}: {line[:200]}") from error
        if isinstance(answer, Failed) and answer.server is not None:
            raise ServerFailed(f"the load: {answer.reason}", answer.server)
        if isinstance(answer, Failed):
            raise TrialFailed(f"the load: {answer.reason}")
        if not isinstance(answer, kind):
            raise TrialFailed(f"the load gave another answer than {kind.__name__}: {line[:200]}")
        return answer


@contextmanager
def slice_load(engine: DockerEngine, workload: str, loading: Loading) -> Iterator[DockerSliceLoad]:
    """Start the client on the first load CPU, on the run's network; removed at the end.

    Raises:
        TrialFailed: the engine refused.
    """
    cpu = loading.placement.load_cpus[0]
    spec = replace(loading.worker, cpuset=str(cpu), entrypoint=INTERPRETER)
    with engine.conversation(spec, PROGRAM) as client:
        yield DockerSliceLoad(client, workload, loading)
