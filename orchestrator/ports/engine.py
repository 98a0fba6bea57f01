"""What the bench asks of the engine: images, and containers that run."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from orchestrator.model.counted_by import CountedBy
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.variant import Made, Variant
from orchestrator.ports.container import Container, Conversation, Prepared


@dataclass(frozen=True, slots=True, kw_only=True)
class Image:
    """A built image; ``base`` says where its base image came from."""

    id: str
    size_bytes: int
    base: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderCallgrind:
    """A container whose program runs under callgrind.

    ``note``: what else is different in it, for people; empty if nothing is.
    """

    container: ContainerSpec
    note: str = ""


class Engine(Protocol):
    """The parts of the container engine that a trial needs."""

    def build(self, service: str) -> Image:
        """Build a service's image (cached layers are used); one that is not built is pulled.

        Raises:
            TrialFailed: the build failed (carries the end of its log), or an image that is not
                built here could not be pulled.
        """

    def build_variant(self, variant: Variant) -> Made:
        """Build the image of a variant of a service; the service's own image stays as it is.

        The image stays until this process has ended. What the variant's environment sets is not in
        the image: give it to the container (`ContainerSpec.environment`).

        Raises:
            TrialFailed: the build failed (carries the end of its log), or a part of the variant
                could not be found.
        """

    def counts_by(self) -> CountedBy:
        """What counts instructions on this host: the CPU where it can, otherwise callgrind."""

    def under_callgrind(self, spec: ContainerSpec) -> UnderCallgrind:
        """The same container with its program under callgrind, which counts nothing at first.

        Its image must have valgrind (`Variant.valgrind`).

        Raises:
            EnvironmentMissing: the engine does not have the image.
            TrialFailed: its ``callgrind.py`` does not fit its program.
        """

    def watched(self, spec: ContainerSpec) -> ContainerSpec:
        """The same container; its Python processes can be observed (`Container.observed`).

        Raises:
            EnvironmentMissing: the engine does not have the image.
        """

    def start(
        self, spec: ContainerSpec, *, beside: Container | None = None, suffix: str = ""
    ) -> AbstractContextManager[Container]:
        """Run a service's container; the end of the block removes it, even after an error.

        Args:
            beside: whose network namespace it shares; it has one of its own elsewhere.
            suffix: distinguishes containers of one service that run at the same time.

        Raises:
            TrialFailed: the engine refused, or, after a block without an error, did not remove the
                container.
        """

    def prepared(
        self, spec: ContainerSpec, *, beside: Container | None = None, suffix: str = ""
    ) -> AbstractContextManager[Prepared]:
        """Like `start`, but the container does not run before it is told to.

        Raises:
            TrialFailed: as for `start`.
        """

    def conversation(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        beside: Container | None = None,
        suffix: str = "",
    ) -> AbstractContextManager[Conversation]:
        """Like `start`, with this command, whose stdin and stdout the lab has.

        Raises:
            TrialFailed: as for `start`.
        """

    def network(self) -> AbstractContextManager[str]:
        """A bridge network for this run alone; containers started in the block use it.

        Raises:
            EnvironmentMissing: the engine refused.
        """

    def output(
        self,
        spec: ContainerSpec,
        command: Sequence[str],
        *,
        within_s: float,
        beside: Container | None = None,
    ) -> str:
        """Run a container until it ends; return what it printed.

        Args:
            beside: whose network namespace it shares; it has one of its own elsewhere.

        Raises:
            TrialFailed: the engine refused, or the container failed or did not end in time.
        """
