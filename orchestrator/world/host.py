"""This host: what it tells of itself, and of the memory that the whole lab needs."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol, Self

from orchestrator.model.host import WholeMemory

CONFINED_TO = "LAB_CONFINED_TO"
"""The environment's name for the folder of the cgroup that holds engine, containers and lab."""


class HostFacts(Protocol):
    """What this host is."""

    def kernel(self) -> str:
        """The release of its kernel."""

    def cpu_model(self) -> str | None:
        """The CPU's name; None where the host does not tell."""

    def core_siblings(self) -> dict[int, frozenset[int]]:
        """CPU -> the CPUs that share its physical core; empty where the host does not tell."""

    def cpu_ticks(self) -> tuple[int, int] | None:
        """Stolen and all CPU time since boot, in ticks; None where the host does not tell."""

    def load_average(self) -> float | None:
        """Runnable tasks over the last minute; None where the host does not tell."""

    def lab_commit(self, root: Path) -> str | None:
        """The checkout's commit, with ``+changes`` if files differ from it; None outside git.

        Raises:
            EnvironmentMissing: git hangs.
        """

    def keep_to(self, cpus: tuple[int, ...]) -> None:
        """Keep this process on these CPUs, where the system allows to say so."""


class MemoryWatch(Protocol):
    """Watches memory while its block runs."""

    def __enter__(self) -> Self:
        """Watch from now on."""

    def __exit__(self, *_: object) -> None:
        """Watch no longer."""

    def seen(self) -> WholeMemory | None:
        """What was seen until now; None where nothing can be told."""


class Memory(Protocol):
    """The memory that the whole lab needs: the host's, or that of the cgroup that holds the lab."""

    def limit_bytes(self) -> int | None:
        """How much there is of it; None where nothing tells."""

    def watched(self, cgroup: Path | None = None) -> MemoryWatch:
        """What watches it, or the memory of this cgroup's folder."""
