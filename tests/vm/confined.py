"""Checks a small host in a virtual machine: its cgroup beside systemd's, and its engine."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

from orchestrator.adapters import image_archive
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.confinement import CGROUPS, NAME, Confinement
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.memory import CgroupMemory, MemoryWatch
from orchestrator.adapters.private_engine import RUNTIME, private_engine
from orchestrator.app.images import bases
from orchestrator.files.checkout import ROOT

MIB = 2**20
WITHIN_S = 300
FOLDER = ROOT / ".lab" / "vm-engine"
LOOK = "import os; print(open('/proc/self/cgroup').read().strip(), *os.sched_getaffinity(0))"


def look() -> Iterator[tuple[str, bool]]:
    """Each check, and whether it holds."""
    with Confinement(0, 64 * MIB) as small:
        yield "it is a group of version 2", small.memory == CGROUPS / NAME
        yield "one CPU", said(small, "import os; print(*os.sched_getaffinity(0))") == (0, "0")
        with MemoryWatch(CgroupMemory(small.memory)) as watch:
            ended = said(small, "bytearray(200 << 20)")
        yield "a process that needs too much memory is killed", ended == (-9, "")
        seen = watch.seen()
        yield f"and the watch counts it ({seen})", seen is not None and seen.oom_kills == 1
        subprocess.run(["systemctl", "daemon-reload"], check=True)
        limits = [(small.memory / name).read_text() for name in ("memory.max", "cpuset.cpus")]
        yield "systemd leaves it alone", limits == [f"{64 * MIB}\n", "0\n"]
    yield "it is removed", not (CGROUPS / NAME).exists()

    archive = ROOT / ".lab" / "vm-bases.tar"
    archive.parent.mkdir(exist_ok=True)
    compose = Compose(ROOT)
    (image, *_) = bases(DockerEngine(compose, "vm").images, compose.containers().values())
    image_archive.save([image], archive)
    with (
        Confinement(0, 1024 * MIB) as small,
        private_engine(small, FOLDER, bridges=False) as address,
    ):
        image_archive.load(archive, address)
        archive.unlink()
        words = ["docker", "run", "--rm", "--network=none", "--cgroupns=host", image]
        found = docker([*words, "python", "-c", LOOK], address)
        yield f"its containers are in the group ({found})", f"/{NAME}/containers/" in found
        yield "and have its CPU", found.endswith(" 0")
    left = [path for path in (CGROUPS / NAME, RUNTIME, FOLDER) if path.exists()]
    yield f"nothing is left behind ({left})", not left


def said(small: Confinement, program: str) -> tuple[int, str]:
    """The exit code and the output of a Python program in it."""
    words = small.command([sys.executable, "-c", program])
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, timeout=WITHIN_S, check=False)
    return done.returncode, done.stdout.strip()


def docker(words: list[str], address: str) -> str:
    """The output of a command for the engine at ``address``."""
    environment = {**os.environ, "DOCKER_HOST": address}
    done = subprocess.run(
        words, env=environment, stdout=subprocess.PIPE, text=True, timeout=WITHIN_S, check=True
    )
    return done.stdout.strip()


def main() -> int:
    """Make all checks. The exit code says whether all hold."""
    code = 0
    for what, so in look():
        sys.stdout.write(f"{'ok  ' if so else 'FAIL'} {what}\n")
        sys.stdout.flush()
        code = code if so else 1
    return code


if __name__ == "__main__":
    sys.exit(main())
