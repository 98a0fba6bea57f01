"""Counts with the kernel's `perf_event_open` what the threads of a server do, and their children.

Each thread that exists gets a counter, which threads and processes that it starts inherit. So a
program that the lab runs in the same container does not count, and the version of cgroups does not
matter. Man page: perf_event_open(2); numbers from the kernel's `linux/perf_event.h`.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import TrialFailed

# The number of the system call differs by architecture (`asm/unistd.h`).
_CALLS = {"x86_64": 298, "aarch64": 241}
_ATTR_BYTES = 128
_INHERIT, _EXCLUDE_KERNEL, _EXCLUDE_HV = 1 << 1, 1 << 5, 1 << 6
_TIME_ENABLED, _TIME_RUNNING = 1, 2
_CLOEXEC = 1 << 3
_ANY_CPU, _NO_GROUP = -1, -1


@dataclass(frozen=True, slots=True)
class Event:
    """What is counted: type and number, from `linux/perf_event.h`."""

    kind: int
    number: int


INSTRUCTIONS = Event(0, 1)
"""PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS."""
TASK_CLOCK = Event(1, 1)
"""PERF_TYPE_SOFTWARE, PERF_COUNT_SW_TASK_CLOCK: CPU time in nanoseconds; each kernel has it."""


def usable(event: Event) -> bool:
    """Whether this host counts the event, and allows it for the processes of other users.

    Many virtual machines have no counters. Process 1 stands for those of other users.
    """
    try:
        os.close(_open(event, 1))
        counter = _open(event, os.getpid())
    except OSError:
        return False
    try:
        before = _read(counter)
        sum(range(10_000))
        return _read(counter) > before
    except TrialFailed:
        return False
    finally:
        os.close(counter)


@contextmanager
def counting(event: Event, root: int, group: str) -> Iterator[Counters]:
    """Counters for a process and all its descendants; closed at the end.

    Args:
        group: what the names of the process's cgroups contain, such as its container's id.

    Raises:
        TrialFailed: there is no such process in such a cgroup.
    """
    try:
        groups = Path(f"/proc/{root}/cgroup").read_text()
    except OSError:
        groups = ""
    if group not in groups:  # another process may have its number here
        raise TrialFailed("the lab does not see the server's processes")
    with ExitStack() as stack:
        yield Counters(event, root, stack)


class Counters:
    """One counter for each thread of a tree of processes."""

    def __init__(self, event: Event, root: int, stack: ExitStack) -> None:
        self._event = event
        self._root = root
        self._stack = stack
        self._counters: list[int] = []
        self._before = 0

    def begin(self) -> None:
        """Begin to count.

        Raises:
            TrialFailed: the kernel does not allow it, or no process is left.
        """
        for thread in threads(self._root):
            try:
                counter = _open(self._event, thread)
            except OSError as error:
                raise TrialFailed(f"the kernel does not count its instructions: {error}") from error
            self._stack.callback(os.close, counter)
            self._counters.append(counter)
        if not self._counters:
            raise TrialFailed("the server has no process any more")
        self._before = self._sum()

    def counted(self) -> int:
        """The count since `begin`, in the event's unit: instructions, or nanoseconds of CPU time.

        Raises:
            TrialFailed: others used the CPU's counters at the same time.
        """
        return self._sum() - self._before

    def _sum(self) -> int:
        return sum(map(_read, self._counters))


def threads(process: int) -> list[int]:
    """The threads of a process and of its descendants; empty if it has ended."""
    found: list[int] = []
    with suppress(OSError):
        for task in sorted(
            Path(f"/proc/{process}/task").iterdir(), key=lambda path: int(path.name)
        ):
            found.append(int(task.name))
            for child in (task / "children").read_text().split():
                found += threads(int(child))
    return found


def _open(event: Event, thread: int) -> int:
    """A counter for a thread and all that it starts. Raises OSError if the kernel refuses."""
    call = _CALLS.get(platform.machine())
    if call is None:
        raise OSError(f"perf_event_open is not known for {platform.machine()}")
    flags = _INHERIT | _EXCLUDE_KERNEL | _EXCLUDE_HV
    # type, size, config, sample_period, sample_type, read_format, flags; the rest is zero.
    fields = struct.pack(
        "=IIQQQQQ",
        event.kind,
        _ATTR_BYTES,
        event.number,
        0,
        0,
        _TIME_ENABLED | _TIME_RUNNING,
        flags,
    )
    attr = ctypes.create_string_buffer(fields, _ATTR_BYTES)
    libc = ctypes.CDLL(None, use_errno=True)
    counter = int(libc.syscall(call, attr, thread, _ANY_CPU, _NO_GROUP, _CLOEXEC))
    if counter < 0:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))
    return counter


def _read(counter: int) -> int:
    """The count so far, with that of the threads that inherited it.

    Raises:
        TrialFailed: the counter had to share the CPU's registers with others.
    """
    count, enabled_ns, running_ns = struct.unpack("=QQQ", os.read(counter, 24))
    if running_ns < enabled_ns:
        raise TrialFailed(
            "the CPU's counters were shared with another program: end what else uses them (perf)"
        )
    return int(count)
