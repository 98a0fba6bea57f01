"""The Docker engine; converts the SDK's errors to the lab's."""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from types import TracebackType

import docker
import docker.errors
import docker.models.containers

from orchestrator.adapters import callgrind, observing, perf
from orchestrator.adapters.compose import ROLE, Compose
from orchestrator.adapters.container_options import container_options, joining, refusal
from orchestrator.adapters.conversation import LineConversation
from orchestrator.adapters.docker_container import FOREIGN, DockerContainer, answering
from orchestrator.adapters.docker_images import DockerImages
from orchestrator.adapters.docker_lock import OWNER, only_one_run, owner_of
from orchestrator.adapters.docker_names import host_name
from orchestrator.adapters.engine_address import only_this_host
from orchestrator.adapters.owner import Owner
from orchestrator.adapters.pipes import EnginePipe
from orchestrator.adapters.variants import Variants
from orchestrator.errors import EnvironmentMissing, TrialFailed, tail
from orchestrator.interrupts import shielded
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.variant import Made, Variant
from orchestrator.ports import Container, Image, UnderCallgrind
from orchestrator.world.engine import EngineFacts

RUN = "weblab.run"
CALL_WITHIN_S = 60


@dataclass(frozen=True, slots=True)
class DockerPrepared:
    """A container that exists, and what makes it run."""

    container: DockerContainer
    begin: Callable[[], None]


class DockerEngine:
    """Runs the lab's containers. Each has the run's label; only labelled ones are ever removed.

    Raises:
        UsageError: the engine that the environment names is on another host.
        EnvironmentMissing: no engine answers.
    """

    def __init__(self, compose: Compose, run_id: str) -> None:
        self._run_id = run_id
        self._home = "none"  # the services' network: loopback only, until `network` makes a bridge
        only_this_host()
        try:
            self._client = docker.from_env(timeout=CALL_WITHIN_S)
            self._client.ping()
        except FOREIGN as error:
            raise EnvironmentMissing(
                f"no Docker engine answers ({error}); `make engine` starts one"
            ) from error
        self.images = DockerImages(compose, self._client)
        self._variants = Variants(compose, self.images)

    @answering()
    def facts(self) -> EngineFacts:
        """What the engine reports about its host."""
        info = self._client.info()
        return EngineFacts(
            version=info["ServerVersion"],
            cpus=info["NCPU"],
            memory_bytes=info["MemTotal"],
            kernel=info["KernelVersion"],
            os=info["OperatingSystem"],
            cgroup_version=info.get("CgroupVersion", "1"),
        )

    def build(self, service: str) -> Image:
        """Build a service's image as the compose file says; a loaded one is used as it is.

        Raises:
            TrialFailed: with the log's tail; the reason says whether the base image is missing.
        """
        return self.images.build(service)

    def build_variant(self, variant: Variant) -> Made:
        """Build the image of a variant, under a name of its own.

        Raises:
            TrialFailed: as in `build`; or a part of the variant could not be installed or found.
        """
        return self._variants.build(variant)

    def counts_by(self) -> CountedBy:
        """What counts instructions on this host: the CPU where it can, otherwise callgrind."""
        # In another kernel, such as that of a virtual machine, the lab does not see the processes.
        here = self.facts().kernel == platform.release()
        counts = here and perf.usable(perf.INSTRUCTIONS)
        return CountedBy.PERF if counts else CountedBy.CALLGRIND

    def under_callgrind(self, spec: ContainerSpec) -> UnderCallgrind:
        """The same container with its program under callgrind, which counts nothing at first.

        Raises:
            EnvironmentMissing: the engine does not have the image.
            TrialFailed: its ``callgrind.py`` does not fit its program.
        """
        return callgrind.wrapped(
            spec, *self.images.program(spec.image), callgrind.prelude(spec.build_context)
        )

    def watched(self, spec: ContainerSpec) -> ContainerSpec:
        """The same container; its Python processes can be observed.

        Raises:
            EnvironmentMissing: the engine does not have the image.
        """
        return observing.watched(spec, *self.images.program(spec.image))

    @contextmanager
    def start(
        self,
        spec: ContainerSpec,
        *,
        beside: Container | None = None,
        command: Sequence[str] | None = None,
        suffix: str = "",
    ) -> Iterator[DockerContainer]:
        """Run a container as the compose file defines it; it is removed at the end in any case.

        Args:
            beside: the container whose network namespace it shares; it is on the services' network
                otherwise.
            command: used instead of the definition's own.
            suffix: distinguishes containers of one service.

        Raises:
            TrialFailed: the engine refused.
        """
        with self._created(spec, beside, command, suffix) as container:
            self._begin(spec, container)
            yield container

    @contextmanager
    def prepared(
        self, spec: ContainerSpec, *, beside: Container | None = None, suffix: str = ""
    ) -> Iterator[DockerPrepared]:
        """Like `start`, but the container does not run before it is told to.

        Raises:
            TrialFailed: the engine refused.
        """
        with self._created(spec, beside, None, suffix) as container:
            yield DockerPrepared(container, partial(self._begin, spec, container))

    @contextmanager
    def conversation(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        beside: Container | None = None,
        suffix: str = "",
    ) -> Iterator[LineConversation]:
        """Like `start`, but the lab writes to the container's stdin and reads its stdout."""
        with self._created(spec, beside, command, suffix, stdin_open=True) as container:
            wanted = {"stdin": 1, "stdout": 1, "stream": 1}
            try:
                # Before it starts, so that nothing is missed.
                pipe = EnginePipe(self._client.api.attach_socket(container.id, params=wanted))
            except FOREIGN as error:
                raise TrialFailed(refusal(spec, error)) from error
            try:
                self._begin(spec, container)
                yield LineConversation(container, pipe)
            finally:
                pipe.close()

    def _begin(self, spec: ContainerSpec, container: DockerContainer) -> None:
        try:
            self._client.api.start(container.id)
        except FOREIGN as error:
            raise TrialFailed(refusal(spec, error)) from error

    @contextmanager
    def _created(
        self,
        spec: ContainerSpec,
        beside: Container | None,
        command: Sequence[str] | None,
        suffix: str,
        stdin_open: bool = False,
    ) -> Iterator[DockerContainer]:
        """A container that has not started yet; removed at the end in any case."""
        network, host = self._home, None
        if beside is not None:
            network, host, spec = f"container:{beside.id}", beside.host, joining(spec)
        with ExitStack() as cleanup:
            try:
                with shielded():  # no interrupt between creation and assignment
                    container = self._client.containers.create(
                        spec.image,
                        list(command or spec.command or ()) or None,
                        name=host_name(f"weblab-{self._run_id}-{spec.service}{suffix}"),
                        network_mode=network,
                        entrypoint=list(spec.entrypoint or ()) or None,
                        stdin_open=stdin_open,
                        **container_options(spec, self._labels()),
                    )
                    ours = DockerContainer(container, spec.service, host, spec.port)
                    cleanup.push(_removing(ours))
            except FOREIGN as error:
                raise TrialFailed(refusal(spec, error)) from error
            yield ours

    def output(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        within_s: float,
        beside: Container | None = None,
    ) -> str:
        """Run a container to its end; return what it printed.

        Raises:
            TrialFailed: the engine refused, or the container failed or did not end in time.
        """
        with self.start(spec, beside=beside, command=command) as container:
            code = container.wait(within_s)
            said = container.logs()
        if code != 0:
            reason = f"{spec.service} ended with exit code {code}"
            raise TrialFailed(reason, tail(said))
        return said

    @contextmanager
    def network(self) -> Iterator[str]:
        """A bridge network for this run alone (``--network bridge``), which its containers use."""
        name = f"weblab-{self._run_id}"
        with ExitStack() as cleanup:
            with shielded(), answering():
                made = self._client.networks.create(name, driver="bridge", labels=self._labels())
                cleanup.callback(self._remove_network, str(made.id))
            self._home = name
            yield name

    def _remove_network(self, network: str) -> None:
        self._home = "none"
        # If this fails, the next run removes it; the measurements on it are still valid.
        with shielded(), suppress(*FOREIGN):
            self._client.api.remove_network(network)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other run of the lab measures on this engine during the block.

        Raises:
            EnvironmentMissing: another run does.
        """
        with only_one_run(self._client):
            yield

    @answering()
    def remove_leftovers(self) -> list[str]:
        """Remove what dead runs left behind; return the names. The caller must be `alone`."""
        self._variants.remove_leftovers()
        removed = []
        mine: dict[str, str | list[str] | bool] = {"label": RUN}
        for container in self._client.containers.list(all=True, ignore_removed=True, filters=mine):
            if _has_owner(container.labels, container.attrs["Created"]):
                continue
            removed.append(str(container.name))
            try:
                DockerContainer(container, str(container.name)).remove()
            except TrialFailed as failure:
                raise EnvironmentMissing(str(failure)) from failure
        for network in self._client.networks.list(filters=mine):
            if _has_owner(network.attrs["Labels"], network.attrs["Created"]):
                continue
            removed.append(str(network.name))
            network.remove()
        return removed

    def _labels(self) -> dict[str, str]:
        return {RUN: self._run_id, OWNER: Owner.me().encoded()}

    @answering()
    def neighbours(self) -> list[str]:
        """Running containers that do not belong to the lab; they use CPU time, too."""
        running = self._client.containers.list(ignore_removed=True)
        return [str(c.name) for c in running if RUN not in c.labels and ROLE not in c.labels]

    @answering()
    def strangers(self) -> list[str]:
        """The lab's own containers that run outside a run (``docker compose up``)."""
        running = self._client.containers.list(ignore_removed=True, filters={"label": ROLE})
        return [str(c.name) for c in running if RUN not in c.labels]


Exit = Callable[
    [type[BaseException] | None, BaseException | None, TracebackType | None], bool | None
]


def _removing(container: DockerContainer) -> Exit:
    """Removes a container at the end of its block; an error of the block takes precedence."""

    def leave(
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        try:
            with shielded():
                container.remove()
        except TrialFailed as failure:
            if error is None:
                raise
            error.add_note(str(failure))
        return False

    return leave


def _has_owner(labels: Mapping[str, str] | None, created: str) -> bool:
    """Whether the process that made it may still run; False for versions without owner labels."""
    owner = owner_of(labels or {})
    made = datetime.fromisoformat(created).timestamp()
    return owner is not None and owner.lives(made) is not False
