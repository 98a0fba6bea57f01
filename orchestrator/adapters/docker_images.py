"""The images of an engine: builds, archives and names."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from posixpath import normpath

import docker
import docker.errors

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_container import FOREIGN, answering
from orchestrator.errors import TrialFailed
from orchestrator.files.sources import name_by_sources
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.trial import OFFICIAL
from orchestrator.ports import Image

BASE = "weblab.base"


class DockerImages:
    """The images of a compose file in one engine."""

    def __init__(self, compose: Compose, client: docker.DockerClient) -> None:
        self._compose = compose
        self._client = client

    def build(self, service: str) -> Image:
        """Build a service's image as the compose file says; a loaded one is used as it is.

        An image without a build is used as it is. A companion's is pulled if this host does not
        have it: the images of all others are the lab's own, which no registry has.

        Raises:
            TrialFailed: with the log's tail; the reason says whether the base image is missing, or
                whether an image without a build is. Also if the image has a volume of its own.
        """
        spec = self._compose.containers()[service]
        image = self._built(spec)
        self.refuse_volumes(spec)
        return image

    def _built(self, spec: ContainerSpec) -> Image:
        service = spec.service
        if not spec.build_context:
            return self._taken(spec)
        if loaded := self.loaded(spec):
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

    def _taken(self, spec: ContainerSpec) -> Image:
        if not self.has(spec.image):
            if not spec.healthcheck:  # no companion
                raise TrialFailed(
                    f"{spec.service}: its image {spec.image} is not on this host, and only a "
                    "companion's is pulled; pull it, load it (`docker load`), or have it "
                    "built"
                )
            try:
                self._compose.pull(spec.service)
            except TrialFailed as error:
                raise TrialFailed(
                    f"{spec.service}: its image {spec.image} is not on this host and could not be "
                    f"pulled; load it (`docker load`), or give its block a build: {error}"
                ) from error
        return self.image(spec.image)

    @answering()
    def refuse_volumes(self, spec: ContainerSpec) -> None:
        """Refuse an image whose ``VOLUME`` would become a folder on the host's disk.

        The engine makes no volume where the container has a tmpfs of exactly the same path.

        Raises:
            TrialFailed: its image has one.
        """
        volumes = (self._client.images.get(spec.image).attrs.get("Config") or {}).get("Volumes")
        covered = {normpath(mount.partition(":")[0]) for mount in spec.tmpfs}
        bare = sorted(path for path in volumes or {} if normpath(path) not in covered)
        if bare:
            mounts = json.dumps([*spec.tmpfs, *(f"{path}:size=256m" for path in bare)])
            raise TrialFailed(
                f"{spec.service}: its image {spec.image} has a volume at {', '.join(bare)}, which "
                f"would take the host's disk without a limit; give its block tmpfs: {mounts}"
            )

    def loaded(self, spec: ContainerSpec) -> Image | None:
        """The image that came from an archive and was built from the sources of this checkout."""
        name = self.name_by_sources(spec)
        return self.image(name) if self.has(name) else None

    def name_by_sources(self, spec: ContainerSpec) -> str:
        """The name in an archive of an image built from this checkout's sources."""
        root, context = self._compose.root, Path(spec.build_context)
        return name_by_sources(spec.image, root, context, spec.dockerfile, spec.build_more)

    @answering()
    def tag(self, image: str, name: str) -> None:
        """Give an image one more name; an image that had this name loses it."""
        repository, _, tag = name.rpartition(":")
        self._client.images.get(image).tag(repository, tag)

    @answering()
    def forget(self, name: str) -> None:
        """Remove a name; an image without a name is deleted."""
        self._client.images.remove(name, noprune=True)

    def pull(self, name: str) -> None:
        """Pull an image that no block of the compose file names.

        Raises:
            TrialFailed: no registry gave it.
        """
        try:
            self._client.images.pull(name)
        except FOREIGN as error:
            raise TrialFailed(f"`docker pull {name}`: {error}") from error

    @answering()
    def user(self, name: str) -> str:
        """The user of an image's processes; empty for root."""
        return str((self._client.images.get(name).attrs.get("Config") or {}).get("User") or "")

    @answering()
    def program(self, name: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What an image runs: its entrypoint and its command; either may be empty."""
        config = self._client.images.get(name).attrs.get("Config") or {}
        return tuple(config.get("Entrypoint") or ()), tuple(config.get("Cmd") or ())

    @answering()
    def by_age(self, tag: str, repositories: Sequence[str]) -> list[str]:
        """The names in these repositories whose tag begins with ``tag``; used last comes first.

        "Used" means built or given this name: the engine keeps the moment with the image.
        """
        wanted = [f"{repository}:{tag}*" for repository in repositories]
        found = self._client.api.images(filters={"reference": wanted})
        used = {image["Id"]: self._used(image["Id"]) for image in found}
        names = [(used[image["Id"]], name) for image in found for name in image["RepoTags"] or ()]
        of_these = tuple(f"{repository}:{tag}" for repository in repositories)
        return [name for _, name in sorted(names, reverse=True) if name.startswith(of_these)]

    def _used(self, image: str) -> datetime:
        return datetime.fromisoformat(
            self._client.images.get(image).attrs["Metadata"]["LastTagTime"]
        )

    def dispose(self, name: str) -> bool:
        """Remove a name, and its image if it was the last; False if a container needs it."""
        try:
            self._client.images.remove(name)
        except FOREIGN:
            return False
        return True

    @answering()
    def names(self, repository: str) -> list[str]:
        """All names of images in a repository."""
        images = self._client.images.list(repository)
        return [str(name) for image in images for name in image.tags]

    @answering()
    def image(self, name: str) -> Image:
        """An image that is on this host."""
        image = self._client.images.get(name)
        return Image(id=str(image.id), size_bytes=image.attrs["Size"], base=_base(image.labels))

    @answering()
    def has(self, image: str) -> bool:
        """Whether an image is on this host."""
        try:
            self._client.images.get(image)
        except docker.errors.ImageNotFound:
            return False
        return True


def _base(labels: dict[str, str]) -> str:
    """How the base image was made, from the labels that the set-up gives to its own images."""
    if BASE not in labels:
        return OFFICIAL
    how, interpreter = labels.get(f"{BASE}.how", "?"), labels.get(f"{BASE}.interpreter", "?")
    return f"{labels[BASE]}: {how} ({interpreter})"
