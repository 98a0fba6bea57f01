"""Runs a Locust master and its workers as containers beside a service."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from labwire import settings
from labwire.events import LoadEvent, decode
from labwire.protocol import REBUILD
from orchestrator.adapters.docker_container import DockerContainer
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.slices import DockerSliceLoad, slice_load
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import PORT
from orchestrator.model.settings import Loading
from orchestrator.ports import Container

WORKERS_WITHIN_S = 30
# Beyond the load itself: starting master and workers, and collecting results at the end.
SPARE_S = 180.0


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
            try:
                event = decode(line)
            except ValueError as error:
                raise TrialFailed(f"{error}: {line[:200]}") from error
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
        workers = {f"worker-{i}": worker.logs() for i, worker in enumerate(self.workers, 1)}
        return {"master": self._master.logs(), **workers}


class LocustGenerator:
    """Starts a new load for each trial: a master, and one worker for each load CPU."""

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine

    @contextmanager
    def at(self, server: Container, workload: str, loading: Loading) -> Iterator[LocustLoad]:
        """Start master and workers at ``server``; removed at the end.

        In loopback mode they share the server's network namespace, otherwise only its network.
        """
        inside = loading.placement.one_namespace
        beside = server if inside else None
        target = "127.0.0.1" if inside else server.host
        command = master_command(target, workload, loading)
        with ExitStack() as stack:
            master = stack.enter_context(
                self._engine.start(loading.master, beside=beside, command=command)
            )
            master_host = "127.0.0.1" if inside else master.name
            workers = [
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
            yield LocustLoad(master, workers, within_s=2 * loading.profile.load_s + SPARE_S)

    @contextmanager
    def slices(self, workload: str, loading: Loading) -> Iterator[DockerSliceLoad]:
        """The lab's client without Locust, on the run's bridge network; removed at the end."""
        with slice_load(self._engine, workload, loading) as load:
            yield load


def master_command(target: str, workload: str, loading: Loading) -> list[str]:
    """The arguments of ``locust`` for a headless master."""
    return [
        "--headless",
        "--master",
        f"--expect-workers={len(loading.placement.load_cpus)}",
        f"--expect-workers-max-wait={WORKERS_WITHIN_S}",
        "--exit-code-on-error=0",
        f"--host=http://{target}:{PORT}",
        f"--workload={workload}",
        f"--client={loading.client}",
        f"--ramp={settings.encode(loading.ramp)}",
    ]
