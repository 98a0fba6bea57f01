"""The Docker engine; the SDK's errors become the lab's here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from types import TracebackType

import docker
import docker.errors
import docker.models.containers

from orchestrator.adapters.compose import ROLE, Compose
from orchestrator.adapters.container_options import container_options, refusal
from orchestrator.adapters.docker_container import FOREIGN, DockerContainer
from orchestrator.adapters.docker_lock import OWNER, only_one_run, owner_of
from orchestrator.adapters.engine_address import only_this_host
from orchestrator.adapters.owner import Owner
from orchestrator.adapters.sources import name_by_sources
from orchestrator.errors import EnvironmentMissing, TrialFailed, tail
from orchestrator.interrupts import shielded
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.trial import OFFICIAL
from orchestrator.ports import Image

RUN = "weblab.run"
BASE = "weblab.base"
CALL_WITHIN_S = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What the engine says of its host."""

    version: str
    cpus: int
    memory_bytes: int
    kernel: str
    os: str
    cgroup_version: str


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except FOREIGN as error:
        raise EnvironmentMissing(
            f"the Docker engine does not do its part ({error}); its log says why"
        ) from error


class DockerEngine:
    """Runs the lab's containers; each carries the run's label, and only such are ever removed.

    Raises:
        UsageError: the engine that the environment names is another host's.
        EnvironmentMissing: none answers.
    """

    def __init__(self, compose: Compose, run_id: str) -> None:
        self._compose = compose
        self._run_id = run_id
        self._home = "none"  # the network of services: loopback alone, unless a bridge is made
        only_this_host()
        try:
            self._client = docker.from_env(timeout=CALL_WITHIN_S)
            self._client.ping()
        except FOREIGN as error:
            raise EnvironmentMissing(
                f"no Docker engine answers ({error}); `make engine` starts one"
            ) from error

    @_answering()
    def facts(self) -> EngineFacts:
        """What the engine says of its host."""
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
        """Build a service's image as the compose file says; one that was loaded will do.

        Raises:
            TrialFailed: with the log's tail; the reason tells a missing base image apart.
        """
        spec = self._compose.containers()[service]
        if spec.build_context and (loaded := self.loaded(spec)):
            self.tag(loaded.id, spec.image)
            return loaded
        try:
            self._compose.build(service)
        except TrialFailed as failure:
            if spec.base_image and not self.has(spec.base_image):
                reason = (
                    f"{service}: its base image {spec.base_image} is not on this host and could "
                    "not be pulled; `make images` says what would help"
                )
                raise TrialFailed(reason, failure.log_tail) from failure
            raise
        return self.image(spec.image)

    def loaded(self, spec: ContainerSpec) -> Image | None:
        """The image that came from an archive and was built from the sources of this checkout."""
        name = self.name_by_sources(spec)
        return self.image(name) if self.has(name) else None

    def name_by_sources(self, spec: ContainerSpec) -> str:
        """What an image built from the sources of this checkout is called in an archive."""
        root, context = self._compose.root, Path(spec.build_context)
        return name_by_sources(spec.image, root, context, spec.dockerfile, spec.build_more)

    @_answering()
    def tag(self, image: str, name: str) -> None:
        """Give an image one more name, or take that name away from another one."""
        repository, _, tag = name.rpartition(":")
        self._client.images.get(image).tag(repository, tag)

    @_answering()
    def forget(self, name: str) -> None:
        """Take a name away; the image goes with its last one."""
        self._client.images.remove(name, noprune=True)

    @_answering()
    def names(self, repository: str) -> list[str]:
        """All names of images in a repository."""
        images = self._client.images.list(repository)
        return [str(name) for image in images for name in image.tags]

    @_answering()
    def image(self, name: str) -> Image:
        """An image that is on this host."""
        image = self._client.images.get(name)
        return Image(id=str(image.id), size_bytes=image.attrs["Size"], base=_base(image.labels))

    @_answering()
    def has(self, image: str) -> bool:
        """Whether an image is on this host."""
        try:
            self._client.images.get(image)
        except docker.errors.ImageNotFound:
            return False
        return True

    @contextmanager
    def start(
        self,
        spec: ContainerSpec,
        *,
        network: str | None = None,
        command: Sequence[str] | None = None,
        suffix: str = "",
    ) -> Iterator[DockerContainer]:
        """Run a container as the compose file defines it; removed at the end, whatever happens.

        Args:
            network: ``container:<id>`` to share its namespace; else where services live.
            command: in place of the definition's own.
            suffix: tells containers of one service apart.

        Raises:
            TrialFailed: the engine refused.
        """
        if network and network.startswith("container:"):
            spec = replace(spec, sysctls={})  # the namespace has those of its owner
        with ExitStack() as cleanup:
            try:
                with shielded():  # between the engine's making it and our knowing of it
                    container = self._client.containers.create(
                        spec.image,
                        list(command or spec.command or ()) or None,
                        name=f"weblab-{self._run_id}-{spec.service}{suffix}",
                        network_mode=network or self._home,
                        **container_options(spec, self._labels()),
                    )
                    ours = DockerContainer(container, spec.service)
                    cleanup.push(_removing(ours))
                container.start()
            except FOREIGN as error:
                raise TrialFailed(refusal(spec, error)) from error
            yield ours

    def output(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        within_s: float,
        network: str | None = None,
    ) -> str:
        """Run a container to its end; what it printed.

        Raises:
            TrialFailed: the engine refused, or it ended with an error or not in time.
        """
        with self.start(spec, network=network, command=command) as container:
            code = container.wait(within_s)
            said = container.logs()
        if code != 0:
            reason = f"{spec.service} ended with exit code {code}"
            raise TrialFailed(reason, tail(said))
        return said

    @contextmanager
    def network(self) -> Iterator[str]:
        """A bridge for this run alone, for ``--network bridge``: containers live on it then."""
        name = f"weblab-{self._run_id}"
        with ExitStack() as cleanup:
            with shielded(), _answering():
                made = self._client.networks.create(name, driver="bridge", labels=self._labels())
                cleanup.callback(self._remove_network, str(made.id))
            self._home = name
            yield name

    def _remove_network(self, network: str) -> None:
        self._home = "none"
        # One that stays is taken away before the next run; what was measured on it is not in doubt.
        with shielded(), suppress(*FOREIGN):
            self._client.api.remove_network(network)

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else of the lab measures on this engine while the block lasts.

        Raises:
            EnvironmentMissing: somebody does.
        """
        with only_one_run(self._client):
            yield

    @_answering()
    def remove_leftovers(self) -> list[str]:
        """Remove what runs that died left behind (the caller is alone); their names."""
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

    @_answering()
    def neighbours(self) -> list[str]:
        """Running containers that are none of the lab's: they take CPU time too."""
        running = self._client.containers.list(ignore_removed=True)
        return [str(c.name) for c in running if RUN not in c.labels and ROLE not in c.labels]

    @_answering()
    def strangers(self) -> list[str]:
        """The lab's own containers that run outside a run (``docker compose up``)."""
        running = self._client.containers.list(ignore_removed=True, filters={"label": ROLE})
        return [str(c.name) for c in running if RUN not in c.labels]


Exit = Callable[
    [type[BaseException] | None, BaseException | None, TracebackType | None], bool | None
]


def _removing(container: DockerContainer) -> Exit:
    """Removes a container at the end of its block, in favour of whatever ended the block."""

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
    """Whether the process that made it may still run; older versions of the lab do not tell."""
    owner = owner_of(labels or {})
    made = datetime.fromisoformat(created).timestamp()
    return owner is not None and owner.lives(made) is not False


def _base(labels: dict[str, str]) -> str:
    """How the base image came to be, from the labels that the set-up gives to its own."""
    if BASE not in labels:
        return OFFICIAL
    how, interpreter = labels.get(f"{BASE}.how", "?"), labels.get(f"{BASE}.interpreter", "?")
    return f"{labels[BASE]}: {how} ({interpreter})"
