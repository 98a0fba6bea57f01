"""Facts about this host, and about the memory that the whole lab uses."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self

from orchestrator.model.host import WholeMemory

CONFINED_TO = "LAB_CONFINED_TO"
"""The environment variable with the folder of the cgroup of engine, containers and lab."""


class HostFacts(Protocol):
    """Facts about this host."""

    def kernel(self) -> str:
        """The release of its kernel."""

    def cpu_model(self) -> str | None:
        """The CPU's name; None if unknown."""

    def core_siblings(self) -> dict[int, frozenset[int]]:
        """CPU -> the CPUs that share its physical core; empty if unknown."""

    def cpu_ticks(self) -> tuple[int, int] | None:
        """Stolen and all CPU time since boot, in ticks; None if unknown."""

    def load_average(self) -> float | None:
        """Runnable tasks over the last minute; None if unknown."""

    def lab_commit(self, root: Path) -> str | None:
        """The checkout's commit, with ``+changes`` if files differ from it; None outside git.

        Raises:
            EnvironmentMissing: git does not answer.
        """

    def keep_to(self, cpus: tuple[int, ...]) -> None:
        """Keep this process on these CPUs, if the system supports CPU affinity."""


class MemoryWatch(Protocol):
    """Watches memory while its block runs."""

    def __enter__(self) -> Self:
        """Start to watch."""

    def __exit__(self, *_: object) -> None:
        """Stop watching."""

    def seen(self) -> WholeMemory | None:
        """What was seen so far; None if memory cannot be read here."""


class Memory(Protocol):
    """The memory that the whole lab needs: the host's, or that of the cgroup that holds the lab."""

    def limit_bytes(self) -> int | None:
        """Its size in bytes; None if unknown."""

    def watched(self, cgroup: Path | None = None) -> MemoryWatch:
        """A watch on this memory, or on that of the given cgroup's folder."""
