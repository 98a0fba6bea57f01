"""Reads the CPU time of a container from the host's cgroup files, which takes microseconds.

Documented in the kernel's Documentation/admin-guide: cgroup-v1/cpuacct.rst and cgroup-v2.rst;
the formats of /proc/PID/cgroup and mountinfo in cgroups(7) and proc_pid_mountinfo(5).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from pathlib import Path, PurePosixPath

Read = Callable[[], float]
"""Returns CPU seconds. Raises OSError once the cgroup is gone."""
PROC = Path("/proc")


def of_process(pid: int, container: str, proc: Path = PROC) -> Read | None:
    """How to read the CPU time of the cgroup that a container's first process is in.

    None if the host's files do not show it, for example because the engine runs in a virtual
    machine. The path must contain the container's id: there, the host may have another process
    with this number.
    """
    try:
        groups = (proc / str(pid) / "cgroup").read_text().splitlines()
        mounts = (proc / "self" / "mountinfo").read_text().splitlines()
        reader = _v1(groups, mounts, container) or _v2(groups, mounts, container)
        if reader is not None:
            reader()
    except (OSError, ValueError):
        return None
    return reader


def _v1(groups: list[str], mounts: list[str], container: str) -> Read | None:
    for group in groups:
        _, controllers, path = group.split(":", 2)
        if "cpuacct" in controllers.split(",") and container in path:
            folder = _folder(mounts, "cgroup", "cpuacct", path)
            return partial(_nanoseconds, folder / "cpuacct.usage") if folder else None
    return None


def _v2(groups: list[str], mounts: list[str], container: str) -> Read | None:
    for group in groups:
        hierarchy, controllers, path = group.split(":", 2)
        if hierarchy == "0" and not controllers and container in path:
            folder = _folder(mounts, "cgroup2", "", path)
            return partial(_microseconds, folder / "cpu.stat") if folder else None
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


def _nanoseconds(file: Path) -> float:
    return int(file.read_bytes()) / 1e9


def _microseconds(file: Path) -> float:
    for line in file.read_bytes().splitlines():
        if line.startswith(b"usage_usec "):
            return int(line.split()[1]) / 1e6
    raise ValueError(f"{file} has no usage_usec")
