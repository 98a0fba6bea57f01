"""Describes where a run was measured."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.host import Host, WholeMemory
from orchestrator.model.placement import Layout


def where(
    host: Host, layout: Layout, needed: WholeMemory | None = None, python: str | None = None
) -> Iterator[str]:
    """Lines about the machine, the engine, the placement, the memory and the lab itself.

    Args:
        python: the version that was chosen for all services; None: each on its own.
        needed: how much memory the whole lab needed, if it was measured.
    """
    memory = f"{host.memory_bytes / 2**30:.1f} GiB"
    cpus = "1 CPU" if host.cpus == 1 else f"{host.cpus} CPUs"
    yield f"{host.cpu_model or 'unknown CPU'}, {cpus}, {memory}, {host.os}"
    yield f"kernel {host.kernel}, Docker {host.docker_version}, cgroup v{host.cgroup_version}"
    loads = ", ".join(map(str, layout.load_cpus))
    yield f"server on CPU {layout.server_cpu}, load on CPU {loads}, network: {layout.network}"
    if python is not None:
        yield on_python(python)
    if needed is not None:
        yield needed_in_words(needed)
    yield f"open files for each container: {host.nofile:,}"
    yield f"lab {host.lab_version}, commit {host.lab_commit or 'unknown'}"


def on_python(python: str) -> str:
    """That all services run on one version of Python, as text."""
    return f"Python {python} for all services"


def needed_in_words(memory: WholeMemory) -> str:
    """How much memory the whole lab needed, as text."""
    peak = "unknown" if memory.peak_bytes is None else f"{memory.peak_bytes / 2**20:,.0f} MiB"
    killed = "unknown" if memory.oom_kills is None else f"{memory.oom_kills:,}"
    swapped = memory.swapped_bytes
    moved = "unknown" if swapped is None else f"{swapped / 2**20:,.0f} MiB"
    return (
        f"memory of everything together ({memory.of}), without page cache that the kernel can "
        f"drop: at most {peak} of {memory.limit_bytes / 2**20:,.0f} MiB; processes killed because "
        f"memory ran out: {killed}; moved to swap: {moved}"
    )


def steal_in_words(host: Host) -> str:
    """How much CPU time a hypervisor took during the run, as text."""
    share = "unknown" if host.steal is None else f"{host.steal:.1%} of the time of all CPUs"
    return f"CPU steal: {share}"
