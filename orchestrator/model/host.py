"""The machine under a run, and what the whole lab needed of its memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """The machine and the engine under the run. ``steal`` is the share of CPU time stolen."""

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
    """Memory of everything together while a run went on: engine, containers, orchestrator, builds.

    ``of``: ``host``, with all that runs on it, or the cgroup that held the lab. ``peak_bytes``: the
    highest seen, without the page cache that the kernel can drop. ``oom_kills``: processes that
    the kernel ended for want of memory. ``swapped_bytes``: what was moved out to swap. All since
    the run began; None where the host does not tell.
    """

    of: str
    limit_bytes: int
    peak_bytes: int | None
    oom_kills: int | None
    swapped_bytes: int | None
