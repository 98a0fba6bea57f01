"""Runs a Locust master and its workers as containers beside a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from time import monotonic
from typing import TypeVar

from labwire import command, settings
from labwire.events import LoadEvent, LoadFailed, LoadFile, LoadStep, Ready, StepEnded, decode
from labwire.protocol import REBUILD
from orchestrator.adapters.conversation import LineConversation
from orchestrator.adapters.docker_container import FIRST_LINE_WITHIN_S, DockerContainer
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.slices import DockerSliceLoad, slice_load
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import PORT
from orchestrator.model.settings import Loading
from orchestrator.ports import Container

E = TypeVar("E", Ready, StepEnded)
WORKERS_WITHIN_S = 30
# Beyond the load itself: starting master and workers, and collecting results at the end.
SPARE_S = 180.0
# Beyond a commanded step and its requests: until Locust has noticed that a worker is gone.
STEP_SPARE_S = 30.0


class LocustLoad:
    """One trial's load while it runs."""

    def __init__(
        self, master: DockerContainer, workers: Sequence[DockerContainer], within_s: float
    ) -> None:
        self._master = master
        self._within_s = within_s
        self.workers = workers

    def events(self) -> Iterator[LoadEvent]:
        """The master's events as they arrive.

        Raises:
            TrialFailed: the master fell silent, did not end in time, or printed an event that this
                version does not understand.
        """
        silent = True
        for line in self._master.lines(self._within_s):
            event = _event(line)
            if event is not None:
                silent = False
                yield event
        if silent:
            raise TrialFailed(
                "the Locust master ended before its first event; if its log says that --ramp is "
                f"wrong, its image is from another version of the lab: {REBUILD}"
            )

    def logs(self) -> dict[str, str]:
        """``master``, ``worker-1`` ... -> everything that it printed."""
        return _logs(self._master, self.workers)


class LocustOnCommand:
    """A load that waits for the host's word before each step."""

    def __init__(
        self, master: LineConversation, workers: Sequence[DockerContainer], timeout_s: float
    ) -> None:
        self._master = master
        self._timeout_s = timeout_s
        self.workers = workers

    def await_ready(self) -> None:
        """Wait until all workers are connected.

        Raises:
            TrialFailed: they are not in time, or the image is from another version of the lab.
        """
        self._next(Ready, FIRST_LINE_WITHIN_S)

    def step(self, seconds: float) -> LoadStep:
        """One step, after all its requests have ended.

        Raises:
            TrialFailed: the load generator failed; names the container that ended.
        """
        self._master.say(command.encode(seconds))
        return self._next(StepEnded, seconds + self._timeout_s + STEP_SPARE_S).step

    def logs(self) -> dict[str, str]:
        """``master``, ``worker-1`` ... -> everything that it printed."""
        return _logs(self._master.container, self.workers)

    def _next(self, kind: type[E], within_s: float) -> E:
        """The next event, which must be of this kind, or a failure.

        Other output is skipped, and Locust's own files, which precede a failure.
        """
        end = monotonic() + within_s
        while True:
            event = _event(self._master.hear(max(end - monotonic(), 0.001)))
            if isinstance(event, kind):
                return event
            if isinstance(event, LoadFailed):
                raise TrialFailed(event.reason)
            if event is not None and not isinstance(event, LoadFile):
                raise TrialFailed(f"unexpected event {type(event).__name__} of the load generator")


class LocustGenerator:
    """Starts a new load for each trial: a master, and one worker for each load CPU."""

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine

    @contextmanager
    def at(self, server: Container, workload: str, loading: Loading) -> Iterator[LocustLoad]:
        """Start master and workers at ``server``; removed at the end.

        In loopback mode they share the server's network namespace, otherwise only its network.
        """
        beside, target = _place(server, loading)
        words = master_command(target, workload, loading, port=server.port)
        with ExitStack() as stack:
            master = stack.enter_context(
                self._engine.start(loading.master, beside=beside, command=words)
            )
            workers = self._workers(stack, beside, loading, master)
            yield LocustLoad(master, workers, within_s=2 * loading.profile.load_s + SPARE_S)

    @contextmanager
    def slices(self, workload: str, loading: Loading) -> Iterator[DockerSliceLoad]:
        """The lab's client without Locust, on the run's bridge network; removed at the end."""
        with slice_load(self._engine, workload, loading) as load:
            yield load

    @contextmanager
    def commanded(
        self, server: Container, workload: str, loading: Loading
    ) -> Iterator[LocustOnCommand]:
        """The same, but the load waits for commands; it is ready when the block begins."""
        beside, target = _place(server, loading)
        words = master_command(target, workload, loading, port=server.port, commanded=True)
        with ExitStack() as stack:
            master = stack.enter_context(
                self._engine.conversation(loading.master, words, beside=beside)
            )
            workers = self._workers(stack, beside, loading, master.container)
            load = LocustOnCommand(master, workers, loading.profile.request_timeout_s)
            load.await_ready()
            yield load

    def _workers(
        self,
        stack: ExitStack,
        beside: Container | None,
        loading: Loading,
        master: DockerContainer,
    ) -> list[DockerContainer]:
        master_host = master.name if beside is None else "127.0.0.1"
        return [
            stack.enter_context(
                self._engine.start(
                    replace(loading.worker, cpuset=str(cpu)),
                    beside=beside,
                    command=["--worker", f"--master-host={master_host}"],
                    suffix=f"-{cpu}",
                )
            )
            for cpu in loading.placement.load_cpus
        ]


def _place(server: Container, loading: Loading) -> tuple[Container | None, str]:
    """Whose network namespace the load shares, and how it reaches the server."""
    inside = loading.placement.one_namespace
    return (server, "127.0.0.1") if inside else (None, server.host)


def _event(line: str) -> LoadEvent | None:
    try:
        return decode(line)
    except ValueError as error:
        raise TrialFailed(f"{error}: {line[:200]}") from error


def _logs(master: DockerContainer, workers: Sequence[DockerContainer]) -> dict[str, str]:
    named = {f"worker-{i}": worker.logs() for i, worker in enumerate(workers, 1)}
    return {"master": master.logs(), **named}


def master_command(
    target: str, workload: str, loading: Loading, *, port: int = PORT, commanded: bool = False
) -> list[str]:
    """The arguments of ``locust`` for a headless master."""
    ramp = replace(loading.ramp, commanded=commanded)
    return [
        "--headless",
        "--master",
        f"--expect-workers={len(loading.placement.load_cpus)}",
        f"--expect-workers-max-wait={WORKERS_WITHIN_S}",
        "--exit-code-on-error=0",
        f"--host=http://{target}:{port}",
        f"--workload={workload}",
        f"--client={loading.client}",
        f"--ramp={settings.encode(ramp)}",
    ]
