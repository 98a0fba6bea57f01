"""The proof that the lab runs on a Nanode: the profile inside one CPU and 1 GB, engine and all."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from orchestrator.adapters import image_archive
from orchestrator.adapters.compose import Compose, wanted_nofile
from orchestrator.adapters.confinement import Confinement
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.memory import CONFINED_TO, CgroupMemory, MemoryWatch
from orchestrator.adapters.private_engine import private_engine
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.durations import clock_time
from orchestrator.errors import EnvironmentMissing
from orchestrator.model.host import WholeMemory
from orchestrator.profiles import NANODE
from orchestrator.wiring.catalogue import ROOT
from orchestrator.wiring.images import bases

MEMORY_BYTES = 2**30
# The first CPU, since inside there is but one, and the lab counts from the first.
CPU = 0
FOLDER, ENGINE_FOLDER = ROOT / ".lab" / "nanode", ROOT / ".lab" / "nanode-engine"


def prove(words: Sequence[str]) -> tuple[int, WholeMemory | None]:
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
    progress, began = ConsoleProgress(), time.monotonic()
    progress.note(f"a host of one CPU and {MEMORY_BYTES / 2**20:,.0f} MiB, as a cgroup")
    # The run inside has the lock of the engine inside. This one keeps runs beside it from sharing
    # its CPU, and a second proof from clearing the first away.
    usual = DockerEngine(Compose(ROOT), NANODE)
    with (
        usual.alone(),
        Confinement(CPU, MEMORY_BYTES, nofile=wanted_nofile(ROOT)) as confinement,
        MemoryWatch(CgroupMemory(confinement.memory)) as watch,
        private_engine(confinement, ENGINE_FOLDER) as address,
        _given(usual, address, confinement.memory) as environment,
    ):
        progress.note(f"its engine has the base images ({_since(began)})")
        command = [sys.executable, "-m", "orchestrator", "run", "--profile", NANODE, *words]
        code = _run(confinement.command(command), environment)
    memory = watch.seen()
    progress.note(f"wall time of the whole: {_since(began)}")
    return code, memory


@contextmanager
def _given(engine: DockerEngine, address: str, memory: Path) -> Iterator[dict[str, str]]:
    """The environment of a run on the engine at ``address``, which gets the base images.

    Args:
        engine: the host's own, which has them.
        memory: the folder of the cgroup whose memory the run is to watch.
    """
    usual = Compose(ROOT).containers()
    names = bases(engine, usual.values())
    if not names:
        raise EnvironmentMissing("there is no base image to give it; `make base-images` makes them")
    FOLDER.mkdir(parents=True, exist_ok=True)
    archive, override = FOLDER / "bases.tar", FOLDER / "compose.json"
    try:
        image_archive.save(names, archive)
        image_archive.load(archive, address)
        archive.unlink()
        # An engine without a network of its own builds with the host's.
        builds = {
            name: {"build": {"network": "host"}} for name, s in usual.items() if s.build_context
        }
        override.write_text(json.dumps({"services": builds}))
        yield {
            "DOCKER_HOST": address,
            "COMPOSE_FILE": f"{ROOT / 'docker-compose.yml'}{os.pathsep}{override}",
            CONFINED_TO: str(memory),
        }
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)


def _run(command: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run it to its end; an interrupt is passed on once, and the run saves what it has."""
    with subprocess.Popen(
        command,
        env={**os.environ, **environment},
        start_new_session=True,  # else a terminal interrupts it as well, and twice is too often
    ) as run:
        try:
            return run.wait()
        except KeyboardInterrupt:
            run.terminate()
            return run.wait()


def _since(began: float) -> str:
    return clock_time(time.monotonic() - began)
