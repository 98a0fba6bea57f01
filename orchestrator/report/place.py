"""Where a record was made, as lines of text."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.model.record import Host
from orchestrator.model.settings import Layout


def where(host: Host, layout: Layout) -> Iterator[str]:
    """Machine, engine, placement and the lab itself, a line each."""
    memory = f"{host.memory_bytes / 2**30:.1f} GiB"
    yield f"{host.cpu_model or 'unknown CPU'}, {host.cpus} CPUs, {memory}, {host.os}"
    yield f"kernel {host.kernel}, Docker {host.docker_version}, cgroup v{host.cgroup_version}"
    loads = ", ".join(map(str, layout.load_cpus))
    yield f"server on CPU {layout.server_cpu}, load on CPU {loads}, network: {layout.network}"
    yield f"open files for each container: {host.nofile:,}"
    yield f"lab {host.lab_version}, commit {host.lab_commit or 'unknown'}"
