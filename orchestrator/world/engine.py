"""The container engine, as far as use cases need it, and what brings load to its containers."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from orchestrator import ports
from orchestrator.model.entry import ContainerSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What the engine says of its host."""

    version: str
    cpus: int
    memory_bytes: int
    kernel: str
    os: str
    cgroup_version: str


class Images(Protocol):
    """The images of the engine. Each method raises EnvironmentMissing where the engine fails."""

    def has(self, image: str) -> bool:
        """Whether an image is on this host."""

    def image(self, name: str) -> ports.Image:
        """An image that is on this host."""

    def loaded(self, spec: ContainerSpec) -> ports.Image | None:
        """The image that came from an archive and was built from the sources of this checkout."""

    def name_by_sources(self, spec: ContainerSpec) -> str:
        """What an image built from the sources of this checkout is called in an archive."""

    def names(self, repository: str) -> list[str]:
        """All names of images in a repository."""

    def tag(self, image: str, name: str) -> None:
        """Give an image one more name, or take that name away from another one."""

    def forget(self, name: str) -> None:
        """Take a name away; the image goes with its last one."""


class Engine(ports.Engine, Protocol):
    """The container engine. What is not of a trial raises EnvironmentMissing where it fails."""

    @property
    def images(self) -> Images:
        """Its images."""

    def facts(self) -> EngineFacts:
        """What the engine says of its host."""

    def start(
        self,
        spec: ContainerSpec,
        *,
        beside: ports.Container | None = None,
        command: Sequence[str] | None = None,
    ) -> AbstractContextManager[ports.Container]:
        """Run a container; removed at the end, whatever happens.

        Args:
            beside: the container whose network namespace it shares.
            command: in place of the definition's own.

        Raises:
            TrialFailed: the engine refused, or, after the block has ended well, did not remove it.
        """

    def network(self) -> AbstractContextManager[str]:
        """A bridge for this run alone: containers that are started in the block live on it."""

    def alone(self) -> AbstractContextManager[None]:
        """Nobody else of the lab measures on this engine while the block lasts."""

    def remove_leftovers(self) -> list[str]:
        """Remove what runs that died left behind (the caller is alone); their names."""

    def neighbours(self) -> list[str]:
        """Running containers that are none of the lab's: they take CPU time too."""

    def strangers(self) -> list[str]:
        """The lab's own containers that run outside a run (``docker compose up``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One engine, and what brings load to its containers."""

    engine: Engine
    load: ports.LoadGenerator
