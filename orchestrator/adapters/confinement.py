"""A cgroup of one CPU and little memory: a small host on a larger one (cgroup v1 and v2)."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from orchestrator.adapters.clearing import clear_up
from orchestrator.errors import EnvironmentMissing

CGROUPS = Path("/sys/fs/cgroup")
NAME = "weblab-nanode"
# Version 2 allows no process in a group that has child groups, so the lab's own processes have a
# leaf group beside that of the containers.
OWN, CONTAINERS = "lab", "containers"
NEEDED = ("cpuset", "memory")
WANTED = (*NEEDED, "cpu", "io", "pids")
END_WITHIN_S = 10.0
# Joins every group whose `cgroup.procs` is named before "--", and raises the limit of open files as
# far as allowed. It then execs the program, so the process id is the program's.
JOIN = """
while [ "$1" != -- ]; do echo $$ > "$1" || exit 125; shift; done; shift
ulimit -Hn NOFILE 2>/dev/null; ulimit -Sn "$(ulimit -Hn)"
exec "$@"
"""


class Confinement:
    """Everything started in it shares one CPU and this much memory, without swap.

    Entering creates the group, and first ends what a killed lab left in it; leaving ends everything
    that still runs in it.
    """

    def __init__(
        self, cpu: int, memory_bytes: int, root: Path = CGROUPS, *, nofile: int | None = None
    ) -> None:
        """``nofile``: the hard limit of open files to ask for; None keeps the present one."""
        self._nofile = "$(ulimit -Hn)" if nofile is None else str(nofile)
        self._cpu = cpu
        self._memory_bytes = memory_bytes
        self._root = root
        self._v2 = (root / "cgroup.controllers").exists()

    @property
    def memory(self) -> Path:
        """The folder in which the kernel accounts the memory of everything in it."""
        return self._root / NAME if self._v2 else self._root / "memory" / NAME

    @property
    def parent_of_containers(self) -> str:
        """The parent cgroup that an engine must give its containers."""
        return f"/{NAME}/{CONTAINERS}"

    def command(self, words: Sequence[str]) -> list[str]:
        """A command that runs ``words`` in it."""
        lists = [str(folder / OWN / "cgroup.procs") for folder in self._folders()]
        return ["sh", "-c", JOIN.replace("NOFILE", self._nofile), "sh", *lists, "--", *words]

    def __enter__(self) -> Self:
        try:
            self._clear()
            if self._v2:
                self._make_v2()
            else:
                self._make_v1()
        except OSError as error:
            raise EnvironmentMissing(
                f"no cgroup of CPU {self._cpu} and {self._memory_bytes / 2**20:,.0f} MiB can be "
                f"made ({error}): it needs root, that CPU, and write access to {self._root}"
            ) from error
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        clear_up(error, self._clear)

    def _folders(self) -> list[Path]:
        if self._v2:
            return [self._root / NAME]
        return [self._root / controller / NAME for controller in NEEDED]

    def _make_v1(self) -> None:
        cpuset, memory = self._folders()
        for folder in (cpuset, cpuset / OWN):
            folder.mkdir()
            _write(folder / "cpuset.mems", (cpuset.parent / "cpuset.mems").read_text())
            _write(folder / "cpuset.cpus", str(self._cpu))
        memory.mkdir()
        _write(memory / "memory.use_hierarchy", "1")  # so that the limit includes child groups
        (memory / OWN).mkdir()
        _write(memory / "memory.limit_in_bytes", str(self._memory_bytes))
        _write(memory / "memory.swappiness", "0")
        swap = memory / "memory.memsw.limit_in_bytes"
        if swap.exists():  # missing if the kernel does not account for swap
            _write(swap, str(self._memory_bytes))

    def _make_v2(self) -> None:
        there = set((self._root / "cgroup.controllers").read_text().split())
        if missing := set(NEEDED) - there:
            raise EnvironmentMissing(
                f"the kernel has no {' and no '.join(sorted(missing))} controller in "
                f"{self._root}: no small host can be made here"
            )
        enabled = [f"+{name}" for name in WANTED if name in there]
        (group,) = self._folders()
        _enable(self._root, enabled)
        group.mkdir()
        _write(group / "cpuset.cpus", str(self._cpu))
        _write(group / "memory.max", str(self._memory_bytes))
        if (group / "memory.swap.max").exists():
            _write(group / "memory.swap.max", "0")
        _enable(group, enabled)
        (group / OWN).mkdir()

    def _clear(self) -> None:
        """End what runs in it, and remove it with all groups that an engine made below it."""
        deadline = time.monotonic() + END_WITHIN_S
        while pids := set(self._processes()):
            if time.monotonic() > deadline:
                raise EnvironmentMissing(f"process {min(pids)} in {self.memory} does not end")
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            time.sleep(0.05)
        while tops := self._everywhere():
            for top in tops:
                _remove(top)
            if tops and time.monotonic() > deadline:
                raise EnvironmentMissing(f"the cgroup {tops[0]} cannot be removed")
            time.sleep(0.05)

    def _processes(self) -> Iterator[int]:
        for top in self._everywhere():
            for path in top.rglob("cgroup.procs"):
                with suppress(OSError):  # the group may have gone by now
                    # Processes of another PID namespace are listed as 0; they are not ours.
                    yield from filter(None, map(int, path.read_text().split()))

    def _everywhere(self) -> list[Path]:
        """The group in every hierarchy: an engine makes its containers' groups in all of them."""
        folders = self._root / NAME, *self._root.glob(f"*/{NAME}")
        return [path for path in folders if path.is_dir()]


def _write(path: Path, text: str) -> None:
    path.write_text(text)


def _enable(group: Path, controllers: Sequence[str]) -> None:
    """Enable controllers for child groups; only those in ``NEEDED`` must succeed."""
    for controller in controllers:
        try:
            _write(group / "cgroup.subtree_control", controller)
        except OSError:
            if controller.removeprefix("+") in NEEDED:
                raise


def _remove(top: Path) -> None:
    """Try to remove a group and its children; just after their last process this may fail."""
    for folder in sorted([top, *top.rglob("*/")], key=lambda path: -len(path.parts)):
        with suppress(OSError):
            folder.rmdir()
