"""A container's CPU time is found in the host's files, in every layout of cgroups."""

import os
from pathlib import Path

import pytest

from orchestrator.adapters.cpu_time import CpuFiles, of_process
from orchestrator.model.sample import CpuModes

ID = "c0ffee" * 10
V1 = f"""\
11:cpu,cpuacct:/docker/{ID}
10:memory:/docker/{ID}
1:name=systemd:/docker/{ID}
0::/
"""


class Host:
    """A folder with what a host tells of a process, and its cgroup files."""

    def __init__(self, folder: Path) -> None:
        self.proc, self.cgroups = folder / "proc", folder / "sys fs" / "cgroup"
        (self.proc / "self").mkdir(parents=True)

    def process(self, cgroup: str, pid: int = 42) -> None:
        (self.proc / str(pid)).mkdir()
        (self.proc / str(pid) / "cgroup").write_text(cgroup)

    def mounts(self, *lines: str) -> None:
        where = str(self.cgroups).replace(" ", "\\040")
        others = "22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/vda rw\n"
        text = others + "".join(f"{line.format(cgroup=where)}\n" for line in lines)
        (self.proc / "self" / "mountinfo").write_text(text)

    def file(self, path: str, text: str) -> Path:
        file = self.cgroups / path
        file.parent.mkdir(parents=True)
        file.write_text(text)
        return file

    def read(self, pid: int = 42) -> float | None:
        files = self.files(pid)
        return None if files is None else files.total()

    def files(self, pid: int = 42) -> CpuFiles | None:
        return of_process(pid, ID, self.proc)


@pytest.fixture
def host(tmp_path: Path) -> Host:
    return Host(tmp_path)


CPU_V1 = "33 32 0:29 / {cgroup}/cpu,cpuacct rw shared:9 - cgroup cgroup rw,cpu,cpuacct"
MEMORY_V1 = "34 32 0:30 / {cgroup}/memory rw - cgroup cgroup rw,memory"
V2 = "35 32 0:31 / {cgroup} rw,nosuid - cgroup2 cgroup rw,nsdelegate"
UNIFIED = "35 32 0:31 / {cgroup}/unified rw,nosuid - cgroup2 cgroup2 rw"
STAT = "usage_usec 1234567\nuser_usec 1000000\nsystem_usec 234567\n"


def test_cgroup_v1_counts_nanoseconds(host: Host) -> None:
    host.process(V1)
    host.mounts(MEMORY_V1, CPU_V1)
    host.file(f"cpu,cpuacct/docker/{ID}/cpuacct.usage", "1234567890\n")
    assert host.read() == 1.23456789


def test_cgroup_v2_counts_microseconds(host: Host) -> None:
    host.process(f"0::/system.slice/docker-{ID}.scope\n")
    host.mounts(V2)
    host.file(f"system.slice/docker-{ID}.scope/cpu.stat", STAT)
    assert host.read() == 1.234567


def test_both_versions_tell_programs_from_the_kernel(tmp_path: Path) -> None:
    old, new = Host(tmp_path / "v1"), Host(tmp_path / "v2")
    old.process(V1)
    old.mounts(CPU_V1)
    total = old.file(f"cpu,cpuacct/docker/{ID}/cpuacct.usage", "1234567890\n")
    (total.parent / "cpuacct.usage_user").write_text("1000000000\n")
    (total.parent / "cpuacct.usage_sys").write_text("234000000\n")
    new.process(f"0::/system.slice/docker-{ID}.scope\n")
    new.mounts(V2)
    new.file(f"system.slice/docker-{ID}.scope/cpu.stat", STAT)
    for host, system_s in ((old, 0.234), (new, 0.234567)):
        files = host.files()
        assert files is not None
        assert files.modes() == CpuModes(user_s=1.0, system_s=system_s)


def test_a_kernel_without_these_files_still_tells_the_whole(host: Host) -> None:
    host.process(V1)
    host.mounts(CPU_V1)
    host.file(f"cpu,cpuacct/docker/{ID}/cpuacct.usage", "1234567890\n")
    files = host.files()
    assert files is not None
    assert files.total() == 1.23456789
    with pytest.raises(OSError, match=r"cpuacct\.usage_user"):
        files.modes()


def test_with_both_versions_that_of_the_cpu_controller_counts(host: Host) -> None:
    host.process(V1.replace("0::/\n", f"0::/docker/{ID}\n"))
    host.mounts(UNIFIED, CPU_V1)
    host.file(f"unified/docker/{ID}/cpu.stat", STAT)
    host.file(f"cpu,cpuacct/docker/{ID}/cpuacct.usage", "5000000000\n")
    assert host.read() == 5.0


def test_a_mount_may_show_only_a_part_of_the_tree(host: Host) -> None:
    host.process(f"4:cpuacct:/lab/docker/{ID}\n")
    host.mounts("33 32 0:29 /lab {cgroup}/cpuacct rw - cgroup cgroup rw,cpuacct")
    host.file(f"cpuacct/docker/{ID}/cpuacct.usage", "5000000000\n")
    assert host.read() == 5.0


def test_each_read_is_a_new_one(host: Host) -> None:
    host.process(V1)
    host.mounts(CPU_V1)
    file = host.file(f"cpu,cpuacct/docker/{ID}/cpuacct.usage", "1000000000\n")
    files = host.files()
    assert files is not None
    assert files.total() == 1.0
    file.write_text("3000000000\n")
    assert files.total() == 3.0
    file.unlink()
    with pytest.raises(OSError, match=r"cpuacct\.usage"):
        files.total()


def test_another_process_of_the_same_number_is_not_the_container(host: Host) -> None:
    host.process(V1.replace(ID, "0" * len(ID)))
    host.mounts(CPU_V1)
    host.file(f"cpu,cpuacct/docker/{'0' * len(ID)}/cpuacct.usage", "5000000000\n")
    assert host.read() is None


@pytest.mark.parametrize(
    ("cgroup", "mount"),
    [
        (V1, MEMORY_V1),
        (V1, "33 32 0:29 /elsewhere {cgroup} rw - cgroup cgroup rw,cpuacct"),
        (f"0::/../docker/{ID}\n", V2),
        ("no colons\n", V2),
        ("", V2),
    ],
)
def test_what_cannot_be_found_is_none(host: Host, cgroup: str, mount: str) -> None:
    host.process(cgroup)
    host.mounts(mount)
    assert host.read() is None


def test_a_process_that_this_host_does_not_have_is_none(host: Host) -> None:
    host.mounts(CPU_V1)
    assert host.read(pid=7) is None


def test_a_file_without_a_number_is_none(host: Host) -> None:
    host.process(V1)
    host.mounts(CPU_V1)
    host.file(f"cpu,cpuacct/docker/{ID}/cpuacct.usage", "\n")
    assert host.read() is None


def test_this_hosts_own_files_are_understood() -> None:
    """Whatever its cgroups are like: the test's own process, by the end of its group's path."""
    groups = Path("/proc/self/cgroup").read_text().splitlines()
    path = next((it for it in groups if "cpuacct" in it), groups[-1]).split(":", 2)[2]
    files = of_process(os.getpid(), path)
    assert files is not None
    before = files.total()
    while (after := files.total()) <= before:
        pass
    assert 0 < before < after
    modes = files.modes()
    assert modes.user_s > 0
    assert modes.system_s >= 0
