"""The engine, with nothing else of the lab running in it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator import __version__
from orchestrator.adapters import host
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.memory import whole
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.experiments.experiment import Placed
from orchestrator.model.host import Host
from orchestrator.model.placement import Network
from orchestrator.placement import misplaced, placed
from orchestrator.wiring.catalogue import ROOT


@contextmanager
def engine_alone(run_id: str, progress: ConsoleProgress) -> Iterator[DockerEngine]:
    """The engine, with nothing else of the lab running in it while the block lasts.

    Raises:
        EnvironmentMissing: no engine, another run measures on it, or an interactive session of the
            lab is up.
    """
    engine = DockerEngine(Compose(ROOT), run_id)
    with engine.alone():
        if strangers := engine.strangers():
            raise EnvironmentMissing(
                f"{', '.join(strangers)} would disturb the measurement; "
                "`docker compose down` ends them"
            )
        if left := engine.remove_leftovers():
            progress.note(f"removed what an earlier run left behind: {', '.join(left)}")
        yield engine


def this_host(engine: DockerEngine, nofile: int) -> Host:
    """The machine, the engine and the lab as they are now."""
    facts = engine.facts()
    confined = whole()
    return Host(
        cpu_model=host.cpu_model(),
        cpus=facts.cpus,
        memory_bytes=min(facts.memory_bytes, confined.limit_bytes if confined else sys.maxsize),
        kernel=facts.kernel,
        os=facts.os,
        cgroup_version=facts.cgroup_version,
        docker_version=facts.version,
        compose_version=Compose(ROOT).version(),
        lab_version=__version__,
        lab_commit=host.lab_commit(ROOT),
        nofile=nofile,
        load_average=host.load_average(),
    )


def placed_here(engine: DockerEngine, network: Network) -> Placed:
    """Which CPU serves and which load on this host, and every container placed accordingly.

    Raises:
        UsageError: the compose file is wrong.
    """
    placement = placed(engine.facts().cpus, host.core_siblings(), network)
    variables = {
        "LAB_SERVER_CPU": str(placement.server_cpu),
        "LAB_LOAD_CPU": str(placement.load_cpus[0]),
        # The first one has Locust's master, too.
        "LAB_COMPANION_CPU": str(placement.load_cpus[-1]),
    }
    containers = Compose(ROOT).containers(variables)
    if wrong := misplaced(containers, placement):
        raise UsageError(wrong)
    return Placed(placement=placement, containers=containers)
