"""The container engine as use cases need it, and the load generator that runs in it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from orchestrator import ports
from orchestrator.model.entry import ContainerSpec


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineFacts:
    """What the engine reports about its host."""

    version: str
    cpus: int
    memory_bytes: int
    kernel: str
    os: str
    cgroup_version: str


class Images(Protocol):
    """The engine's images. Each method raises EnvironmentMissing if the engine fails."""

    def has(self, image: str) -> bool:
        """Whether an image is on this host."""

    def image(self, name: str) -> ports.Image:
        """An image that is on this host."""

    def loaded(self, spec: ContainerSpec) -> ports.Image | None:
        """The image that came from an archive and was built from the sources of this checkout."""

    def name_by_sources(self, spec: ContainerSpec) -> str:
        """The name in an archive of an image built from this checkout's sources."""

    def names(self, repository: str) -> list[str]:
        """All names of images in a repository."""

    def tag(self, image: str, name: str) -> None:
        """Give an image one more name; an image that had this name loses it."""

    def forget(self, name: str) -> None:
        """Remove a name; an image without a name is deleted."""


class Engine(ports.Engine, Protocol):
    """The container engine. Methods outside a trial raise EnvironmentMissing if it fails."""

    @property
    def images(self) -> Images:
        """Its images."""

    def facts(self) -> EngineFacts:
        """What the engine reports about its host."""

    def start(
        self,
        spec: ContainerSpec,
        *,
        beside: ports.Container | None = None,
        command: Sequence[str] | None = None,
        suffix: str = "",
    ) -> AbstractContextManager[ports.Container]:
        """Run a container; it is removed at the end in any case.

        Args:
            beside: the container whose network namespace it shares.
            command: used instead of the definition's own.
            suffix: distinguishes containers of one service that run at the same time.

        Raises:
            TrialFailed: the engine refused, or did not remove it after a block without errors.
        """

    def alone(self) -> AbstractContextManager[None]:
        """No other run of the lab measures on this engine during the block."""

    def remove_leftovers(self) -> list[str]:
        """Remove what dead runs left behind; return the names. The caller must be `alone`."""

    def neighbours(self) -> list[str]:
        """Running containers that do not belong to the lab; they use CPU time, too."""

    def strangers(self) -> list[str]:
        """The lab's own containers that run outside a run (``docker compose up``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One engine, and the load generator that runs in it."""

    engine: Engine
    load: ports.LoadGenerator
