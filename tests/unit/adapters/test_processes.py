"""The processes of a container are read from the host's files."""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.adapters.processes import of_container
from orchestrator.model.observed import Process

ID = "c0ffee" * 10
TICK_S = 1 / os.sysconf("SC_CLK_TCK")


def stat(pid: int, name: str, user: int, system: int, threads: int) -> str:
    before = " ".join(["S", "1"] + ["0"] * 9)  # fields 3 to 13 of proc_pid_stat(5)
    return f"{pid} ({name}) {before} {user} {system} 0 0 20 0 {threads} 0 100\n"


def host(folder: Path, cgroup: str, mount: str, group: str) -> Path:
    proc = folder / "proc"
    for pid, text in ((42, "docker-init"), (43, "a) (b")):
        (proc / str(pid)).mkdir(parents=True)
        (proc / str(pid) / "stat").write_text(stat(pid, text, 10, 5, pid - 41))
    (proc / "42" / "cgroup").write_text(cgroup)
    (proc / "self").mkdir()
    (proc / "self" / "mountinfo").write_text(mount.format(cgroups=folder))
    (folder / group).mkdir(parents=True)
    (folder / group / "cgroup.procs").write_text("42\n43\n44\n")
    return proc


def found() -> tuple[Process, ...]:
    return tuple(Process(pid=pid, threads=pid - 41, cpu_s=15 * TICK_S) for pid in (42, 43))


def test_threads_and_cpu_time_of_each_process_are_read_and_one_that_ended_is_left_out(
    tmp_path: Path,
) -> None:
    mount = "35 32 0:31 / {cgroups} rw,nosuid - cgroup2 cgroup rw\n"
    proc = host(tmp_path, f"0::/docker-{ID}.scope\n", mount, f"docker-{ID}.scope")
    assert of_container(42, ID, proc) == found()


def test_cgroup_v1_is_read_too(tmp_path: Path) -> None:
    mount = "33 32 0:29 / {cgroups}/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
    proc = host(tmp_path, f"4:cpu,cpuacct:/docker/{ID}\n0::/\n", mount, f"cpu/docker/{ID}")
    assert of_container(42, ID, proc) == found()


def test_a_process_of_another_container_with_the_same_number_is_not_taken(tmp_path: Path) -> None:
    mount = "35 32 0:31 / {cgroups} rw,nosuid - cgroup2 cgroup rw\n"
    proc = host(tmp_path, "0::/docker-other.scope\n", mount, "docker-other.scope")
    assert of_container(42, ID, proc) is None
    assert of_container(7, ID, proc) is None
