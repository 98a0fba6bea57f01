"""The engine for a run that has it to itself, and facts about its host."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator import __version__
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.experiments.experiment import Placed
from orchestrator.files.own_root import checkout_of
from orchestrator.model.blocks import BEYOND_2019
from orchestrator.model.host import Host
from orchestrator.model.placement import Network
from orchestrator.placement import misplaced, placed
from orchestrator.ports import Progress
from orchestrator.world import World
from orchestrator.world.engine import Connection, Engine


@contextmanager
def engine_alone(world: World, run_id: str, progress: Progress) -> Iterator[Connection]:
    """Connect to the engine, and keep other runs of the lab off it during the block.

    Raises:
        EnvironmentMissing: no engine answers, another run measures on it, or the lab's containers
            run in an interactive session.
    """
    connection = world.connect(run_id)
    engine = connection.engine
    with engine.alone():
        if strangers := engine.strangers():
            raise EnvironmentMissing(
                f"{', '.join(strangers)} would disturb the measurement; "
                f"`docker compose --profile {BEYOND_2019} down` stops them"
            )
        if left := engine.remove_leftovers():
            progress.note(f"removed what an earlier run left behind: {', '.join(left)}")
        yield connection


def this_host(world: World, engine: Engine, nofile: int) -> Host:
    """Facts about the machine, the engine and the lab, as they are now."""
    facts, limit, host = engine.facts(), world.memory.limit_bytes(), world.host
    return Host(
        cpu_model=host.cpu_model(),
        cpus=facts.cpus,
        memory_bytes=facts.memory_bytes if limit is None else min(facts.memory_bytes, limit),
        kernel=facts.kernel,
        os=facts.os,
        cgroup_version=facts.cgroup_version,
        docker_version=facts.version,
        compose_version=world.compose.version(),
        lab_version=__version__,
        lab_commit=host.lab_commit(checkout_of(world.root)),
        nofile=nofile,
        load_average=host.load_average(),
    )


def placed_here(world: World, engine: Engine, network: Network) -> Placed:
    """The CPUs of server and load on this host, and every container placed accordingly.

    Raises:
        UsageError: the compose file is wrong.
    """
    placement = placed(engine.facts().cpus, world.host.core_siblings(), network)
    variables = {
        "LAB_SERVER_CPU": str(placement.server_cpu),
        "LAB_LOAD_CPU": str(placement.load_cpus[0]),
        # The first load CPU also runs Locust's master.
        "LAB_COMPANION_CPU": str(placement.load_cpus[-1]),
    }
    containers = world.compose.containers(variables)
    if wrong := misplaced(containers, placement):
        raise UsageError(wrong)
    return Placed(placement=placement, containers=containers)
