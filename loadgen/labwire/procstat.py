"""Linux's counters of CPU time, by CPU: what a hypervisor took of it, and what was used here."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

PATH = "/proc/stat"
_CPU = re.compile(r"cpu(\d+) ")
_STEAL, _IDLE = 7, (3, 4)
"""Columns of the stolen and of the idle time; the kernel's columns are user, nice, system, idle,
iowait, irq, softirq, steal, guest, guest_nice (proc_stat(5)). The last two are part of user and
nice."""


@dataclass(frozen=True, slots=True)
class CpuTicks:
    """CPU time since boot, in ticks of usually 10 ms."""

    stolen: int
    """In which a hypervisor gave the CPU to another machine while something here wanted to run."""
    whole: int
    """All of it, used, idle and stolen."""
    used: int
    """In which something here ran: any program, or the kernel, interrupts included."""


def cpu_ticks(text: str) -> dict[int, CpuTicks]:
    """CPU -> its counters. A CPU is left out if the kernel does not say what was stolen from it."""
    found = {}
    for line in text.splitlines():
        named = _CPU.match(line)
        ticks = [int(word) for word in line.split()[1 : _STEAL + 2]] if named else []
        if named and len(ticks) > _STEAL:
            whole, stolen = sum(ticks), ticks[_STEAL]
            idle = sum(ticks[column] for column in _IDLE)
            found[int(named.group(1))] = CpuTicks(stolen, whole, whole - stolen - idle)
    return found


def steal(before: CpuTicks | None, after: CpuTicks | None) -> float | None:
    """The share of a CPU's time that was stolen between two readings.

    None if a reading is missing, if no tick has passed, or if the counter fell: then the machine
    has moved to another host, or the CPU was taken away and given back.
    """
    if before is None or after is None:
        return None
    return _share(after.stolen - before.stolen, after.whole - before.whole)


def used(before: CpuTicks | None, after: CpuTicks | None) -> float | None:
    """The share of a CPU's time in which something here ran between two readings.

    None for the same reasons as in `steal`.
    """
    if before is None or after is None:
        return None
    return _share(after.used - before.used, after.whole - before.whole)


def _share(part: int, whole: int) -> float | None:
    if whole <= 0 or part < 0:
        return None
    # Idle time is estimated and may fall a little (proc_stat(5)), so the whole may be too small.
    return min(part / whole, 1.0)


def most_stolen(shares: Iterable[float | None]) -> float | None:
    """The largest share of those that are known; None if none is, which is not 0."""
    return max((share for share in shares if share is not None), default=None)
