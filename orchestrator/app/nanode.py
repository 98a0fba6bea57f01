"""The proof that the lab runs on a Nanode: the profile inside one CPU and 1 GB, engine and all."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestrator.app.images import bases
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
# The first CPU, since inside there is but one, and the lab counts from the first.
CPU = 0
FOLDER, ENGINE_FOLDER = Path(".lab", "nanode"), Path(".lab", "nanode-engine")
"""Below the checkout: what is made for the engine, and where it keeps images and containers."""


def prove(world: World, words: Sequence[str]) -> tuple[int, WholeMemory | None]:
    """Run ``lab run --profile nanode`` in a cgroup of one CPU and 1 GiB, from nothing but bases.

    An engine of its own starts in it, is given the base images, and builds all others there, so
    that engine, builds, orchestrator, load and server are within the limit together.

    Args:
        words: further words for ``lab run``.

    Returns:
        The exit code of the run, and the memory of everything from the engine's start on.

    Raises:
        EnvironmentMissing: there is no such cgroup, no engine in it, or no base image.
    """
    progress, began = world.out, world.clock.monotonic()
    small = world.small_host
    progress.note(f"a host of one CPU and {MEMORY_BYTES / 2**20:,.0f} MiB, as a cgroup")
    # The run inside has the lock of the engine inside. This one keeps runs beside it from sharing
    # its CPU, and a second proof from clearing the first away.
    usual = world.connect(NANODE).engine
    with (
        usual.alone(),
        small.confined(CPU, MEMORY_BYTES, wanted_nofile(world.root)) as confinement,
        world.memory.watched(confinement.memory) as watch,
        small.engine(confinement, world.root / ENGINE_FOLDER) as address,
        _given(world, usual.images, address, confinement.memory) as environment,
    ):
        progress.note(f"its engine has the base images ({_since(world, began)})")
        command = [sys.executable, "-m", "orchestrator", "run", "--profile", NANODE, *words]
        code = small.run(confinement.command(command), environment)
    memory = watch.seen()
    progress.note(f"wall time of the whole: {_since(world, began)}")
    return code, memory


@contextmanager
def _given(world: World, images: Images, address: str, memory: Path) -> Iterator[dict[str, str]]:
    """The environment of a run on the engine at ``address``, which gets the base images.

    Args:
        images: of the host's own engine, which has them.
        memory: the folder of the cgroup whose memory the run is to watch.
    """
    usual = world.compose.containers()
    names = bases(images, usual.values())
    if not names:
        raise EnvironmentMissing("there is no base image to give it; `make base-images` makes them")
    folder = world.root / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    archive, override = folder / "bases.tar", folder / "compose.json"
    try:
        world.archives.save(names, archive)
        world.archives.load(archive, address)
        archive.unlink()
        # An engine without a network of its own builds with the host's.
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
