"""A small host on a larger one, with its own engine and its own run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol


class Confinement(Protocol):
    """Everything that is started in it shares one CPU and one limit of memory."""

    @property
    def memory(self) -> Path:
        """The folder in which the kernel accounts the memory of everything in it."""

    @property
    def parent_of_containers(self) -> str:
        """The parent cgroup that an engine must give its containers."""

    def command(self, words: Sequence[str]) -> list[str]:
        """A command that runs ``words`` in it."""


class SmallHost(Protocol):
    """Creates the parts of a small host."""

    def confined(
        self, cpu: int, memory_bytes: int, nofile: int
    ) -> AbstractContextManager[Confinement]:
        """Create a group with one CPU and this much memory; leaving ends what still runs in it.

        Raises:
            EnvironmentMissing: it cannot be created here, or cannot be removed.
        """

    def engine(
        self, confinement: Confinement, folder: Path, *, bridges: bool
    ) -> AbstractContextManager[str]:
        """Start an engine without images or containers; yields its address (``DOCKER_HOST``).

        Args:
            folder: for its images and containers; emptied before and removed afterwards.
            bridges: whether containers of the run reach each other on a bridge.

        Raises:
            EnvironmentMissing: a program is missing, one of them does not start, or the host does
                not let containers reach each other.
        """

    def run(self, command: Sequence[str], environment: Mapping[str, str]) -> int:
        """Run a command and return its exit code; negative if a signal ended it.

        Args:
            environment: in addition to this process's own.
        """
