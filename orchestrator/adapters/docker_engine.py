"""The Docker engine. Beside `docker_container` the only file that imports the SDK."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import docker
import docker.errors
import docker.models.containers

from orchestrator.adapters.compose import ROLE, Compose
from orchestrator.adapters.container_options import container_options, refusal
from orchestrator.adapters.docker_container import FOREIGN, SILENT_AFTER_S, DockerContainer
from orchestrator.adapters.engine_address import only_this_host
from orchestrator.adapters.sources import name_by_sources
from orchestrator.errors import EnvironmentMissing, TrialFailed, tail
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.trial import Phase
from orchestrator.ports import Image

RUN = "weblab.run"
BASE = "weblab.base"
OFFICIAL = "official"
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
            self._follower = docker.from_env(timeout=SILENT_AFTER_S)
            self._client.ping()
        except FOREIGN as error:
            raise EnvironmentMissing(
                f"no Docker engine answers ({error}); `make engine` starts one"
            ) from error

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
                raise TrialFailed(Phase.BUILD, reason, failure.log_tail) from failure
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

    def tag(self, image: str, name: str) -> None:
        """Give an image one more name, or take that name away from another one."""
        repository, _, tag = name.rpartition(":")
        self._client.images.get(image).tag(repository, tag)

    def forget(self, name: str) -> None:
        """Take a name away; the image goes with its last one."""
        self._client.images.remove(name, noprune=True)

    def names(self, repository: str) -> list[str]:
        """All names of images in a repository."""
        images = self._client.images.list(repository)
        return [str(name) for image in images for name in image.tags]

    def image(self, name: str) -> Image:
        """An image that is on this host."""
        image = self._client.images.get(name)
        return Image(id=str(image.id), size_bytes=image.attrs["Size"], base=_base(image.labels))

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
        try:
            container = self._client.containers.create(
                spec.image,
                list(command or spec.command or ()) or None,
                name=f"weblab-{self._run_id}-{spec.service}{suffix}",
                network_mode=network or self._home,
                **container_options(spec, {RUN: self._run_id}),
            )
        except FOREIGN as error:
            raise TrialFailed(Phase.START, refusal(spec, error)) from error
        ours = DockerContainer(container, spec.service)
        try:
            try:
                container.start()
            except FOREIGN as error:
                raise TrialFailed(Phase.START, refusal(spec, error)) from error
            yield ours
        finally:
            ours.remove()

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
            raise TrialFailed(Phase.LOAD, reason, tail(said))
        return said

    def follow(self, container: DockerContainer) -> Iterator[str]:
        """The container's stdout, line by line; silence becomes a failure."""
        return DockerContainer(
            self._follower.containers.get(container.id), container.service
        ).lines()

    @contextmanager
    def network(self) -> Iterator[str]:
        """A bridge for this run alone, for ``--network bridge``: containers live on it then."""
        network = self._client.networks.create(
            f"weblab-{self._run_id}", driver="bridge", labels={RUN: self._run_id}
        )
        self._home = str(network.name)
        try:
            yield self._home
        finally:
            self._home = "none"
            network.remove()

    def remove_leftovers(self) -> list[str]:
        """Remove what runs that died left behind (the caller holds the lock); their names."""
        removed = []
        mine: dict[str, str | list[str] | bool] = {"label": RUN}
        for container in self._client.containers.list(all=True, ignore_removed=True, filters=mine):
            removed.append(str(container.name))
            container.remove(force=True, v=True)
        for network in self._client.networks.list(filters=mine):
            removed.append(str(network.name))
            network.remove()
        return removed

    def neighbours(self) -> list[str]:
        """Running containers that are none of the lab's: they take CPU time too."""
        running = self._client.containers.list(ignore_removed=True)
        return [str(c.name) for c in running if RUN not in c.labels and ROLE not in c.labels]

    def strangers(self) -> list[str]:
        """The lab's own containers that run outside a run (``docker compose up``)."""
        running = self._client.containers.list(ignore_removed=True, filters={"label": ROLE})
        return [str(c.name) for c in running if RUN not in c.labels]


def _base(labels: dict[str, str]) -> str:
    """How the base image came to be, from the labels that the set-up gives to its own."""
    if BASE not in labels:
        return OFFICIAL
    how, interpreter = labels.get(f"{BASE}.how", "?"), labels.get(f"{BASE}.interpreter", "?")
    return f"{labels[BASE]}: {how} ({interpreter})"
