"""A real cgroup with one CPU and little memory. The kernel kills processes that need more.

A host has only one such group. The fixture ``engine`` holds the engine's lock, so these tests and
`lab nanode` cannot run at the same time: the later one is refused.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.confinement import CGROUPS, NAME, Confinement
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.memory import CgroupMemory, MemoryWatch

MIB = 2**20


@pytest.fixture
def confinement(engine: DockerEngine) -> Iterator[Confinement]:
    with Confinement(0, 64 * MIB) as made:
        yield made
    assert left() == []


def left() -> list[Path]:
    return [path for path in (CGROUPS / NAME, *CGROUPS.glob(f"*/{NAME}")) if path.exists()]


def python(confinement: Confinement, program: str) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", program]
    return subprocess.Popen(confinement.command(words), stdout=subprocess.PIPE, text=True)


def test_processes_in_it_have_one_cpu(confinement: Confinement) -> None:
    with python(confinement, "import os; print(os.sched_getaffinity(0))") as process:
        assert process.communicate(timeout=30)[0].strip() == "{0}"


def test_a_process_that_needs_more_memory_is_killed_and_counted(confinement: Confinement) -> None:
    with (
        MemoryWatch(CgroupMemory(confinement.memory)) as watch,
        python(confinement, "b = bytearray(200 << 20); print(len(b))") as process,
    ):
        said = process.communicate(timeout=60)[0]
    assert (process.returncode, said) == (-9, "")
    seen = watch.seen()
    assert seen is not None
    assert seen.limit_bytes == 64 * MIB
    assert seen.oom_kills
    assert seen.oom_kills >= 1


def test_memory_that_fits_is_recorded_as_the_peak_and_nothing_is_killed(
    confinement: Confinement,
) -> None:
    program = "import time; b = bytearray(24 << 20); time.sleep(1)"
    with (
        MemoryWatch(CgroupMemory(confinement.memory)) as watch,
        python(confinement, program) as process,
    ):
        process.communicate(timeout=60)
    seen = watch.seen()
    assert seen is not None
    assert (process.returncode, seen.oom_kills, seen.swapped_bytes) == (0, 0, 0)
    assert seen.peak_bytes
    assert 24 * MIB < seen.peak_bytes < 64 * MIB


def test_a_cgroup_left_by_a_killed_run_is_removed(engine: DockerEngine) -> None:
    first = Confinement(0, 64 * MIB).__enter__()  # never left
    with python(first, "import time; print('up', flush=True); time.sleep(600)") as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        with Confinement(0, 32 * MIB) as second:
            assert process.wait(10) == -9
            assert CgroupMemory(second.memory).limit_bytes == 32 * MIB
    assert left() == []
