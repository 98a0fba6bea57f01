"""Proves that the lab runs on a Nanode: everything, engine included, in 1 CPU and 1 GiB."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestrator.app.images import bases
from orchestrator.app.pythons import on_python
from orchestrator.durations import clock_time
from orchestrator.errors import EnvironmentMissing
from orchestrator.files.checkout import wanted_nofile
from orchestrator.model.blocks import COMPOSE_FILE
from orchestrator.model.host import WholeMemory
from orchestrator.profiles import NANODE
from orchestrator.world import World
from orchestrator.world.engine import Images
from orchestrator.world.host import CONFINED_TO

MEMORY_BYTES = 2**30
# The first CPU: the run inside sees one CPU, and the lab numbers CPUs from 0.
CPU = 0
FOLDER, ENGINE_FOLDER = Path(".lab", "nanode"), Path(".lab", "nanode-engine")
"""In the checkout: files made for the engine, and the engine's images and containers."""


def prove(
    world: World, words: Sequence[str], *, bridges: bool, python: str | None = None
) -> tuple[int, WholeMemory | None]:
    """Run a command of the lab in a cgroup of one CPU and 1 GiB.

    A separate engine starts in the cgroup, gets the base images, and builds all other images there.
    So engine, builds, orchestrator, load and server share the limit.

    Args:
        words: the command and its arguments, such as ``run --profile nanode``.
        bridges: whether its containers reach each other on a bridge. A trial's share one network
            namespace; servers that run at once have one each, beside that of the load.
        python: the version of Python that ``words`` choose for all services; None: each on its own.
            The engine inside gets its base image from this host, like the others.

    Returns:
        Its exit code, and the memory of everything since the engine's start.

    Raises:
        EnvironmentMissing: the cgroup or the engine cannot be made, or there is no base image.
    """
    progress, began = world.out, world.clock.monotonic()
    small = world.small_host
    progress.note(f"a host of one CPU and {MEMORY_BYTES / 2**20:,.0f} MiB, as a cgroup")
    world = on_python(world, python, progress)
    # The run inside holds the lock of the engine inside. The lock of the host's engine keeps other
    # runs off its CPU, and keeps a second `lab nanode` from removing the first one's cgroup.
    usual = world.connect(NANODE).engine
    with (
        usual.alone(),
        small.confined(CPU, MEMORY_BYTES, wanted_nofile(world.root)) as confinement,
        world.memory.watched(confinement.memory) as watch,
        small.engine(confinement, world.root / ENGINE_FOLDER, bridges=bridges) as address,
        _given(world, usual.images, address, confinement.memory) as environment,
    ):
        progress.note(f"its engine has the base images ({_since(world, began)})")
        command = [sys.executable, "-m", "orchestrator", *words]
        code = small.run(confinement.command(command), environment)
    memory = watch.seen()
    progress.note(f"total wall time: {_since(world, began)}")
    return code, memory


@contextmanager
def _given(world: World, images: Images, address: str, memory: Path) -> Iterator[dict[str, str]]:
    """The environment of a run on the engine at ``address``, which gets the base images.

    Args:
        images: the images of the host's own engine.
        memory: the folder of the cgroup whose memory the run is to watch.
    """
    usual = world.compose.containers()
    # What only a workload on request needs is large, and the run inside gets it if it has one.
    beside = {name for spec in usual.values() for name in spec.companions}
    names = bases(
        images, (one for one in usual.values() if not one.healthcheck or one.service in beside)
    )
    if not names:
        raise EnvironmentMissing(
            "this host has no base image for the small host; `make base-images` builds them"
        )
    folder = world.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    archive, override = folder / "bases.tar", folder / "compose.json"
    try:
        world.archives.save(names, archive)
        world.archives.load(archive, address)
        archive.unlink()
        # The small host's engine has no network for builds, so they use the host's.
        builds = {
            name: {"build": {"network": "host"}} for name, s in usual.items() if s.build_context
        }
        override.write_text(json.dumps({"services": builds}))
        yield {
            "DOCKER_HOST": address,
            "COMPOSE_FILE": f"{world.root / COMPOSE_FILE}{os.pathsep}{override}",
            CONFINED_TO: str(memory),
        }
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _since(world: World, began: float) -> str:
    return clock_time(world.clock.monotonic() - began)
