"""Reads the processes of a container from the host's files, which takes less than a millisecond.

The formats are documented in proc_pid_stat(5), and ``cgroup.procs`` in cgroups(7).
"""

from __future__ import annotations

import os
from pathlib import Path

from orchestrator.adapters.cpu_time import PROC, group_of_process
from orchestrator.model.observed import Process

USER, SYSTEM, THREADS = 13, 14, 19
"""Places of ``utime``, ``stime`` and ``num_threads`` in a line of /proc/PID/stat, from 0."""


def of_container(pid: int, container: str, proc: Path = PROC) -> tuple[Process, ...] | None:
    """All processes of a container; None if the host's files do not show them.

    Args:
        pid: its first process, as the engine says.
        container: its id.
    """
    group = group_of_process(pid, container, proc)
    if group is None:
        return None
    try:
        pids = (group / "cgroup.procs").read_text().split()
    except OSError:
        return None
    found = tuple(one for one in (_process(int(pid), proc) for pid in pids) if one is not None)
    return found or None


def _process(pid: int, proc: Path) -> Process | None:
    """None if it has ended."""
    try:
        line = (proc / str(pid) / "stat").read_text()
    except OSError:
        return None
    # The name, in parentheses, may contain spaces and parentheses itself.
    fields = ["", "", *line.rpartition(")")[2].split()]
    ticks = int(fields[USER]) + int(fields[SYSTEM])
    return Process(pid=pid, threads=int(fields[THREADS]), cpu_s=ticks / os.sysconf("SC_CLK_TCK"))
