"""Facts about this host: CPUs, kernel, load, and the lab's commit."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

from orchestrator.adapters import command

CPU_FOLDER = Path("/sys/devices/system/cpu")


def kernel() -> str:
    """The release of its kernel."""
    return platform.release()


def cpu_model() -> str | None:
    """The CPU's name; None if unknown."""
    try:
        text = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or None
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found.group(1) if found else platform.machine()


def core_siblings(folder: Path = CPU_FOLDER) -> dict[int, frozenset[int]]:
    """CPU -> the CPUs that share its physical core; empty if unknown."""
    found = {}
    for path in folder.glob("cpu[0-9]*/topology/thread_siblings_list"):
        cpu = int(path.parent.parent.name.removeprefix("cpu"))
        found[cpu] = frozenset(cpu_list(path.read_text()))
    return found


def cpu_list(text: str) -> list[int]:
    """The kernel's list format: ``"0-2,5"`` -> 0, 1, 2, 5."""
    cpus: list[int] = []
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        cpus += range(int(first), int(last or first) + 1)
    return cpus


def cpu_ticks() -> tuple[int, int] | None:
    """Stolen and all CPU time since boot, in ticks; None without ``/proc/stat``."""
    try:
        first = Path("/proc/stat").read_text().splitlines()[0]
    except OSError:
        return None
    ticks = [int(word) for word in first.split()[1:9]]
    return ticks[7], sum(ticks)


def load_average() -> float | None:
    """Runnable tasks over the last minute; None if unknown."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def lab_commit(root: Path) -> str | None:
    """The checkout's commit, with ``+changes`` if files differ from it; None outside git.

    Raises:
        EnvironmentMissing: git does not answer.
    """
    try:
        commit = _git(root, "rev-parse", "HEAD")
        # Files in results/ do not change what is measured.
        where = ("--", ".", ":(exclude)results")
        changed = _git(root, "status", "--porcelain", "--untracked-files=no", *where)
    except command.NotThere:
        return None
    if commit is None or changed is None:
        return None
    return commit + ("+changes" if changed else "")


def _git(root: Path, *words: str) -> str | None:
    """What git printed; None if it failed."""
    done = command.run(
        ["git", "-C", str(root), *words], within_s=command.GIT_WITHIN_S, remedy="install git"
    )
    return done.stdout.decode().strip() if done.returncode == 0 else None


def keep_to(cpus: tuple[int, ...]) -> None:
    """Keep this process on these CPUs, if the system supports CPU affinity."""
    if hasattr(os, "sched_setaffinity"):
        allowed = os.sched_getaffinity(0) & set(cpus)
        if allowed:
            os.sched_setaffinity(0, allowed)
