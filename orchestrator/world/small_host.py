"""A small host on a larger one, with an engine and a run of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Confinement(Protocol):
    """All that is started in it has one CPU and so much memory together."""

    @property
    def memory(self) -> Path:
        """The folder in which the kernel accounts the memory of everything in it."""

    @property
    def parent_of_containers(self) -> str:
        """For an engine: under which group its containers belong."""

    def command(self, words: Sequence[str]) -> list[str]:
        """A command that runs ``words`` in it."""


class SmallHost(Protocol):
    """What it is made of."""

    def confined(
        self, cpu: int, memory_bytes: int, nofile: int
    ) -> AbstractContextManager[Confinement]:
        """One CPU and so much memory; leaving ends whatever still runs in it.

        Raises:
            EnvironmentMissing: it cannot be made here, or not cleared away.
        """

    def engine(self, confinement: Confinement, folder: Path) -> AbstractContextManager[str]:
        """An engine with nothing in it; its address (``DOCKER_HOST``).

        Args:
            folder: where it may keep images and containers; emptied before and removed afterwards.

        Raises:
            EnvironmentMissing: a program is missing, or one of them does not start.
        """

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a command to its end; its exit code, below 0 where a signal ended it.

        Args:
            environment: in addition to this process's own.
        """
