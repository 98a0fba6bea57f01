"""Watches the host during a run."""

from __future__ import annotations

from contextlib import suppress
from typing import Self

from orchestrator.errors import EnvironmentMissing
from orchestrator.experiments.experiment import HostSeen
from orchestrator.files.checkout import wanted_nofile
from orchestrator.world import World
from orchestrator.world.engine import Engine


class HostWatch:
    """Watches memory, stolen CPU time and other containers while its block runs."""

    def __init__(self, world: World, engine: Engine) -> None:
        self._root = world.root
        self._host = world.host
        self._engine = engine
        self._memory = world.memory.watched()
        self._ticks = self._host.cpu_ticks()
        self._neighbours: set[str] = set()

    def __enter__(self) -> Self:
        self._memory.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.__exit__()

    def measuring_begins(self) -> None:
        """Start to count: from now on stolen time and other containers affect the numbers."""
        self._ticks = self._host.cpu_ticks()
        self._neighbours = set()

    def seen(self) -> HostSeen:
        """What was seen so far."""
        # The record must be saved even if the engine has gone.
        with suppress(EnvironmentMissing):
            self._neighbours |= set(self._engine.neighbours())
        return HostSeen(
            steal=steal_between(self._ticks, self._host.cpu_ticks()),
            memory=self._memory.seen(),
            neighbours=tuple(sorted(self._neighbours)),
            wanted_nofile=wanted_nofile(self._root),
        )


def steal_between(before: tuple[int, int] | None, after: tuple[int, int] | None) -> float | None:
    """Share of all CPU time that the hypervisor took between two readings."""
    if before is None or after is None or after[1] <= before[1]:
        return None
    return (after[0] - before[0]) / (after[1] - before[1])
