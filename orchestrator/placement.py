"""Which CPU serves and which load, on a host with so many CPUs. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.model.placement import Network, Placement


def placed(
    cpus: int,
    siblings: Mapping[int, frozenset[int]],
    network: Network,
) -> Placement:
    """Who gets which CPU: the server the last one, the load all those that share no core with it.

    Where leaving the server's core alone would leave no CPU to the load, the load takes what is
    there; on a host with one CPU server and load share it.

    Args:
        cpus: number of CPUs that the engine has.
        siblings: CPU -> the CPUs of its physical core; empty where the host does not tell.
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
