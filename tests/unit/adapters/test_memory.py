"""The memory of the whole lab, from the kernel's files of a host and of both cgroup versions."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from orchestrator.adapters.memory import (
    CgroupMemory,
    HostMemory,
    MemoryWatch,
    Reading,
    whole,
)
from orchestrator.experiments.load.record import worse
from orchestrator.model.host import WholeMemory
from orchestrator.world.host import CONFINED_TO

MIB = 2**20


def write(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    return write(
        tmp_path / "proc",
        meminfo="MemTotal:  1024 kB\nMemFree: 1 kB\nMemAvailable:  256 kB\nHugePages_Total: 0\n",
        vmstat="pswpout 3\noom_kill 2\n",
    )


def test_a_hosts_used_memory_leaves_out_caches(proc: Path) -> None:
    source = HostMemory(proc)
    assert (source.of, source.limit_bytes) == ("host", MIB)
    reading = source.read()
    assert (reading.used_bytes, reading.oom_kills) == (768 * 1024, 2)
    assert reading.swapped_bytes is not None
    assert reading.swapped_bytes % 3 == 0


def test_on_an_old_kernel_the_number_of_kills_is_unknown(proc: Path) -> None:
    (proc / "vmstat").write_text("nr_free_pages 1\n")
    assert HostMemory(proc).read() == Reading(
        used_bytes=768 * 1024, swapped_bytes=None, oom_kills=None
    )


def test_the_memory_of_a_cgroup_of_version_1(tmp_path: Path, proc: Path) -> None:
    folder = write(
        tmp_path / "nanode",
        memory__limit_in_bytes=f"{1024 * MIB}\n",
        memory__usage_in_bytes=f"{900 * MIB}\n",
        memory__stat=f"cache 1\ntotal_cache {700 * MIB}\ntotal_shmem {50 * MIB}\ntotal_swap 7\n",
    )
    source = CgroupMemory(folder, proc)
    assert (source.of, source.limit_bytes) == ("cgroup nanode", 1024 * MIB)
    assert source.read() == Reading(used_bytes=250 * MIB, swapped_bytes=7, oom_kills=2)


def test_the_memory_of_a_cgroup_of_version_2(tmp_path: Path) -> None:
    folder = write(
        tmp_path / "nanode",
        memory__max=f"{1024 * MIB}\n",
        memory__current=f"{900 * MIB}\n",
        memory__stat=f"anon 5\nfile {700 * MIB}\nshmem {50 * MIB}\n",
        memory__events="low 0\noom 4\noom_kill 3\n",
        memory__swap__current="9\n",
    )
    source = CgroupMemory(folder)
    assert source.limit_bytes == 1024 * MIB
    assert source.read() == Reading(used_bytes=250 * MIB, swapped_bytes=9, oom_kills=3)


def test_the_environment_names_the_cgroup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write(tmp_path / "nanode", memory__limit_in_bytes="5")
    monkeypatch.setenv(CONFINED_TO, str(folder))
    source = whole()
    assert source is not None
    assert (source.of, source.limit_bytes) == ("cgroup nanode", 5)
    monkeypatch.setenv(CONFINED_TO, str(tmp_path / "gone"))
    assert whole() is None
    monkeypatch.delenv(CONFINED_TO)
    source = whole()
    assert source is not None
    assert source.of == "host"


class Rising:
    """Memory whose use grows, with kills and swapping, and falls a little at the end."""

    of = "host"
    limit_bytes = 1_000

    def __init__(self) -> None:
        self.looks = 0

    def read(self) -> Reading:
        self.looks += 1
        used = 500 if self.looks == 2 else 100
        return Reading(used_bytes=used, swapped_bytes=10 + self.looks, oom_kills=self.looks)


def test_a_watch_keeps_the_peak_and_counts_kills_and_swapping_since_its_start() -> None:
    source = Rising()
    with MemoryWatch(source) as watch:
        deadline = time.monotonic() + 10
        while source.looks < 3 and time.monotonic() < deadline:
            time.sleep(0.01)
    seen = watch.seen()
    assert seen is not None
    assert (seen.peak_bytes, seen.limit_bytes) == (500, 1_000)
    assert seen.oom_kills == source.looks - 1
    assert seen.swapped_bytes == source.looks - 1


def test_without_readings_the_memory_is_unknown() -> None:
    with MemoryWatch(None) as watch:
        pass
    assert watch.seen() is None


def test_of_two_parts_of_a_run_the_higher_peak_counts_and_kills_add_up() -> None:
    one = WholeMemory(of="host", limit_bytes=9, peak_bytes=5, oom_kills=1, swapped_bytes=None)
    other = WholeMemory(of="host", limit_bytes=9, peak_bytes=4, oom_kills=2, swapped_bytes=3)
    assert worse(one, other) == WholeMemory(
        of="host", limit_bytes=9, peak_bytes=5, oom_kills=3, swapped_bytes=3
    )
    assert worse(None, other) == other
    assert worse(one, None) == one
