"""The machine on which a run happens, and how much of its memory the whole lab needed."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine and the engine. ``steal``: the share of CPU time that a hypervisor took."""

    cpu_model: str | None
    cpus: int
    memory_bytes: int
    kernel: str
    os: str
    cgroup_version: str
    docker_version: str
    compose_version: str
    lab_version: str
    lab_commit: str | None
    nofile: int
    load_average: float | None = None
    steal: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeMemory:
    """Memory of everything during a run: engine, containers, orchestrator and builds together.

    ``of``: ``host``, with everything that runs on it, or the cgroup that contains the lab.
    ``peak_bytes``: the highest value seen, without page cache that the kernel can drop.
    ``oom_kills``: processes that the kernel killed because memory ran out. ``swapped_bytes``: what
    was written to swap. All count from the beginning of the run; None if the host does not report
    it.
    """

    of: str
    limit_bytes: int
    peak_bytes: int | None
    oom_kills: int | None
    swapped_bytes: int | None
