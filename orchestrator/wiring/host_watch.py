"""What becomes known of the host only while a run goes on."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Self

from labwire.client import Client
from orchestrator.adapters import host
from orchestrator.adapters.compose import wanted_nofile
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.memory import MemoryWatch, whole, worse
from orchestrator.doubts.host import kept, run_caveats
from orchestrator.errors import EnvironmentMissing
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Settings
from orchestrator.profiles import wished
from orchestrator.wiring.catalogue import ROOT


class HostWatch:
    """Looks after memory, stolen CPU time and neighbours while its block runs."""

    def __init__(
        self, engine: DockerEngine, settings: Settings, earlier: RunRecord | None = None
    ) -> None:
        """``earlier``: the record of a run that is resumed, as it was."""
        self._engine = engine
        self._settings = settings
        self._earlier = earlier.caveats if earlier else ()
        # What a part that was killed had seen last is not all, and what came then may be why.
        self._killed = earlier is not None and earlier.finished_at is None
        self._untold = earlier is not None and (self._killed or earlier.memory is None)
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

    def seen(self, done: RunRecord) -> RunRecord:
        """``done`` with what was seen so far, and the doubts about every row.

        Of the parts of a resumed run the worse counts, and what was doubted once stays in doubt.
        """
        steal = host.steal_between(self._ticks, host.cpu_ticks())
        known = [share for share in (steal, done.host.steal) if share is not None]
        now = replace(done.host, steal=max(known, default=None))
        memory = None if self._untold else worse(done.memory, self._memory.seen())
        # An engine that is gone must not keep a record from being saved.
        with suppress(EnvironmentMissing):
            self._neighbours |= set(self._engine.neighbours())
        doubts = run_caveats(
            now,
            done.layout,
            wished(self._settings),
            done.profile,
            sorted(self._neighbours),
            Client(self._settings.client).most_users(len(done.layout.load_cpus)),
            memory,
            killed=self._killed,
            wanted_nofile=wanted_nofile(ROOT),
        )
        return replace(done, host=now, memory=memory, caveats=kept(self._earlier, doubts))
