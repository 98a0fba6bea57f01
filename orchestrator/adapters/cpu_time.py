"""Reads the CPU time of a container from the host's cgroup files, which takes microseconds.

Documented in the kernel's Documentation/admin-guide: cgroup-v1/cpuacct.rst and cgroup-v2.rst;
the formats of /proc/PID/cgroup and mountinfo in cgroups(7) and proc_pid_mountinfo(5).

The whole is exact. How it divides into user and system time is usually known by ticks alone
(CONFIG_TICK_CPU_ACCOUNTING): cgroup v1 counts these ticks, and v2 divides the exact time by them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath

from orchestrator.model.sample import CpuModes

PROC = Path("/proc")
NANO, MICRO = 1e9, 1e6


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuFiles:
    """The files of one cgroup. Both functions raise OSError once the cgroup is gone."""

    total: Callable[[], float]
    """Returns CPU seconds."""
    modes: Callable[[], CpuModes]
    """Returns CPU seconds in programs and in the kernel. Raises OSError, too, if the kernel is
    older than the files."""


def of_process(pid: int, container: str, proc: Path = PROC) -> CpuFiles | None:
    """How to read the CPU time of the cgroup that a container's first process is in.

    None if the host's files do not show it, for example because the engine runs in a virtual
    machine. The path must contain the container's id: there, the host may have another process
    with this number.
    """
    try:
        groups = (proc / str(pid) / "cgroup").read_text().splitlines()
        mounts = (proc / "self" / "mountinfo").read_text().splitlines()
        files = _v1(groups, mounts, container) or _v2(groups, mounts, container)
        if files is not None:
            files.total()
    except (OSError, ValueError):
        return None
    return files


def _v1(groups: list[str], mounts: list[str], container: str) -> CpuFiles | None:
    for group in groups:
        _, controllers, path = group.split(":", 2)
        if "cpuacct" in controllers.split(",") and container in path:
            folder = _folder(mounts, "cgroup", "cpuacct", path)
            if folder is None:
                return None
            return CpuFiles(
                total=partial(_number, folder / "cpuacct.usage"), modes=partial(_modes_v1, folder)
            )
    return None


def _v2(groups: list[str], mounts: list[str], container: str) -> CpuFiles | None:
    for group in groups:
        hierarchy, controllers, path = group.split(":", 2)
        if hierarchy == "0" and not controllers and container in path:
            folder = _folder(mounts, "cgroup2", "", path)
            if folder is None:
                return None
            file = folder / "cpu.stat"
            return CpuFiles(total=partial(_total_v2, file), modes=partial(_modes_v2, file))
    return None


def group_of_process(pid: int, container: str, proc: Path = PROC) -> Path | None:
    """The folder of that cgroup, whichever controllers it has; None as above."""
    try:
        groups = (proc / str(pid) / "cgroup").read_text().splitlines()
        mounts = (proc / "self" / "mountinfo").read_text().splitlines()
        for group in groups:
            _, controllers, path = group.split(":", 2)
            kind, first = ("cgroup" if controllers else "cgroup2"), controllers.split(",")[0]
            folder = _folder(mounts, kind, first, path) if container in path else None
            if folder is not None:
                return folder
    except (OSError, ValueError):
        return None
    return None


def _folder(mounts: list[str], kind: str, controller: str, path: str) -> Path | None:
    """Where the cgroup of this path lies in the file system; None if it is mounted nowhere."""
    for mount in mounts:
        place, _, source = mount.partition(" - ")
        root, point = place.split()[3:5]
        found, _, options = source.split(" ", 2)
        if found != kind or (controller and controller not in options.split(",")):
            continue
        group = PurePosixPath(path)
        if group.is_relative_to(_unescaped(root)):
            return Path(_unescaped(point)) / group.relative_to(_unescaped(root))
    return None


def _unescaped(text: str) -> str:
    """mountinfo writes a space and a few others as a backslash and three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), text)


def _modes_v1(folder: Path) -> CpuModes:
    return CpuModes(
        user_s=_number(folder / "cpuacct.usage_user"),
        system_s=_number(folder / "cpuacct.usage_sys"),
    )


def _total_v2(file: Path) -> float:
    return _field(file.read_bytes(), b"usage_usec", file)


def _modes_v2(file: Path) -> CpuModes:
    told = file.read_bytes()
    return CpuModes(
        user_s=_field(told, b"user_usec", file), system_s=_field(told, b"system_usec", file)
    )


def _number(file: Path) -> float:
    """The nanoseconds in a file, in seconds."""
    return int(file.read_bytes()) / NANO


def _field(told: bytes, name: bytes, file: Path) -> float:
    """The microseconds of this name in a file's lines, in seconds."""
    for line in told.splitlines():
        if line.startswith(name + b" "):
            return int(line.split()[1]) / MICRO
    raise ValueError(f"{file} has no {name.decode()}")
