"""Decides which CPU runs the server and which CPUs run the load. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.model.entry import ContainerSpec
from orchestrator.model.placement import Network, Placement


def placed(
    cpus: int,
    siblings: Mapping[int, frozenset[int]],
    network: Network,
) -> Placement:
    """The server gets the last CPU, the load all CPUs on other physical cores.

    If there are no other cores, the load gets all CPUs except the server's; on a host with one CPU,
    server and load share it.

    Args:
        cpus: number of CPUs that the engine has.
        siblings: CPU -> the CPUs of its physical core; empty if the host does not report cores.
    """
    server = cpus - 1
    core = siblings.get(server, frozenset({server}))
    apart = tuple(cpu for cpu in range(cpus) if cpu not in core)
    rest = tuple(cpu for cpu in range(cpus) if cpu != server)
    load = apart or rest or (server,)
    return Placement(
        server_cpu=server,
        load_cpus=load,
        smt_shared=bool(core & set(load) - {server}) if siblings else None,
        network=network,
    )


def misplaced(containers: Mapping[str, ContainerSpec], placement: Placement) -> list[str]:
    """A message for each companion that would take CPU time from the server.

    Args:
        containers: all containers of the compose file, as ``placement`` places them.
    """
    companions = [name for name, spec in containers.items() if spec.healthcheck]
    return [
        f"{name}: cpuset {containers[name].cpuset} includes the server's CPU, "
        f"{placement.server_cpu}; set it to LAB_COMPANION_CPU as docker-compose.yml does"
        for name in companions
        if placement.server_cpu in containers[name].cpu_numbers and not placement.shared
    ]
