"""The memory that the whole lab uses: the host's, or that of the cgroup that holds the lab."""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, Self

from orchestrator.model.host import WholeMemory
from orchestrator.world.host import CONFINED_TO

INTERVAL_S = 0.2
PROC = Path("/proc")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One reading; of a host, ``swapped_bytes`` and ``oom_kills`` only rise. None: unknown."""

    used_bytes: int | None
    swapped_bytes: int | None
    oom_kills: int | None


class Source(Protocol):
    """A source of memory readings; ``of`` is its name."""

    of: str
    limit_bytes: int

    def read(self) -> Reading:
        """The current values."""


class HostMemory:
    """All of the host's memory."""

    of = "host"

    def __init__(self, proc: Path = PROC) -> None:
        self._proc = proc
        self.limit_bytes = self._meminfo()["MemTotal"] * 1024

    def read(self) -> Reading:
        """Memory in use that the kernel could not free (``MemTotal`` minus ``MemAvailable``)."""
        memory = self._meminfo()
        events = flat_keyed(self._proc / "vmstat")
        pages = events.get("pswpout")
        return Reading(
            used_bytes=self.limit_bytes - memory["MemAvailable"] * 1024,
            swapped_bytes=None if pages is None else pages * os.sysconf("SC_PAGE_SIZE"),
            oom_kills=events.get("oom_kill"),
        )

    def _meminfo(self) -> dict[str, int]:
        lines = (self._proc / "meminfo").read_text().splitlines()
        return {name: int(rest.split()[0]) for name, rest in (x.split(":", 1) for x in lines)}


class CgroupMemory:
    """A cgroup and its children: version 2, or version 1's memory controller."""

    def __init__(self, folder: Path, proc: Path = PROC) -> None:
        self._proc = proc
        self.of = f"cgroup {folder.name}"
        self._folder = folder
        self._v2 = (folder / "memory.current").exists()
        limit = "memory.max" if self._v2 else "memory.limit_in_bytes"
        self.limit_bytes = int((folder / limit).read_text())

    def read(self) -> Reading:
        """Memory charged to the cgroup, without the page cache of files, which can be dropped."""
        found = flat_keyed(self._folder / "memory.stat")
        if self._v2:
            cache = found["file"] - found.get("shmem", 0)
            return Reading(
                used_bytes=self._number("memory.current") - cache,
                swapped_bytes=self._number("memory.swap.current"),
                oom_kills=flat_keyed(self._folder / "memory.events").get("oom_kill"),
            )
        cache = found["total_cache"] - found.get("total_shmem", 0)
        return Reading(
            used_bytes=self._number("memory.usage_in_bytes") - cache,
            swapped_bytes=found.get("total_swap", 0),
            # Version 1 counts an OOM kill only in the process's own group, which is removed with
            # its container. The count of the whole host misses none.
            oom_kills=flat_keyed(self._proc / "vmstat").get("oom_kill"),
        )

    def _number(self, name: str) -> int:
        path = self._folder / name
        return int(path.read_text()) if path.exists() else 0


def whole() -> Source | None:
    """The cgroup that the environment names, or else the host; None if neither can be read."""
    confined = os.environ.get(CONFINED_TO)
    try:
        return CgroupMemory(Path(confined)) if confined else HostMemory()
    except (OSError, KeyError, ValueError):
        return None


def limit_bytes() -> int | None:
    """Bytes of memory for the whole lab; None if unknown."""
    source = whole()
    return source.limit_bytes if source else None


def watched(cgroup: Path | None = None) -> MemoryWatch:
    """A watch on the memory of the whole lab, or of this cgroup's folder."""
    return MemoryWatch(CgroupMemory(cgroup) if cgroup else whole())


class MemoryWatch:
    """Reads memory five times a second while its block runs."""

    def __init__(self, source: Source | None) -> None:
        self._source = source
        self._first: Reading | None = None
        self._last: Reading | None = None
        self._peak: int | None = None
        self._most_swapped = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        self._first = self._look()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()
        self._look()

    def seen(self) -> WholeMemory | None:
        """What was seen so far; None if memory cannot be read here."""
        if self._source is None or self._first is None or self._last is None:
            return None
        return WholeMemory(
            of=self._source.of,
            limit_bytes=self._source.limit_bytes,
            peak_bytes=self._peak,
            oom_kills=_risen(self._first.oom_kills, self._last.oom_kills),
            swapped_bytes=_risen(self._first.swapped_bytes, self._most_swapped),
        )

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL_S):
            self._look()

    def _look(self) -> Reading | None:
        if self._source is None:
            return None
        try:
            reading = self._source.read()
        except (OSError, KeyError, ValueError):  # a cgroup that is going, or an unknown format
            return None
        self._last = reading
        if reading.used_bytes is not None:
            self._peak = max(self._peak or 0, reading.used_bytes)
        self._most_swapped = max(self._most_swapped, reading.swapped_bytes or 0)
        return reading


def flat_keyed(path: Path) -> dict[str, int]:
    """Parse a kernel file with a name and a number on each line."""
    lines = (line.split() for line in path.read_text().splitlines())
    return {words[0]: int(words[1]) for words in lines if len(words) == 2}


def _risen(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else max(0, after - before)
