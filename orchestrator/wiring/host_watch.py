"""What becomes known of the host only while a run goes on."""

from __future__ import annotations

from contextlib import suppress
from typing import Self

from orchestrator.adapters import host
from orchestrator.adapters.compose import wanted_nofile
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.memory import MemoryWatch, whole
from orchestrator.errors import EnvironmentMissing
from orchestrator.experiments.experiment import HostSeen
from orchestrator.wiring.catalogue import ROOT


class HostWatch:
    """Looks after memory, stolen CPU time and neighbours while its block runs."""

    def __init__(self, engine: DockerEngine) -> None:
        self._engine = engine
        self._memory = MemoryWatch(whole())
        self._ticks = host.cpu_ticks()
        self._neighbours: set[str] = set()

    def __enter__(self) -> Self:
        self._memory.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.__exit__()

    def measuring_begins(self) -> None:
        """From here on CPU time that is stolen, and who else runs, is in the numbers."""
        self._ticks = host.cpu_ticks()
        self._neighbours = set()

    def seen(self) -> HostSeen:
        """What was seen so far."""
        # An engine that is gone must not keep a record from being saved.
        with suppress(EnvironmentMissing):
            self._neighbours |= set(self._engine.neighbours())
        return HostSeen(
            steal=host.steal_between(self._ticks, host.cpu_ticks()),
            memory=self._memory.seen(),
            neighbours=tuple(sorted(self._neighbours)),
            wanted_nofile=wanted_nofile(ROOT),
        )
