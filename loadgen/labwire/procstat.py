"""Linux's counters of CPU time, by CPU, and the share of it that a hypervisor took."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

PATH = "/proc/stat"
_CPU = re.compile(r"cpu(\d+) ")
_STEAL = 7
"""Column of the stolen time; the kernel's columns are user, nice, system, idle, iowait, irq,
softirq, steal, guest, guest_nice (proc_stat(5)). The last two are part of user and nice."""


@dataclass(frozen=True, slots=True)
class CpuTicks:
    """CPU time since boot, in ticks of usually 10 ms."""

    stolen: int
    """In which a hypervisor gave the CPU to another machine while something here wanted to run."""
    whole: int
    """All of it, used, idle and stolen."""


def cpu_ticks(text: str) -> dict[int, CpuTicks]:
    """CPU -> its counters. A CPU is left out if the kernel does not say what was stolen from it."""
    found = {}
    for line in text.splitlines():
        named = _CPU.match(line)
        ticks = [int(word) for word in line.split()[1 : _STEAL + 2]] if named else []
        if named and len(ticks) > _STEAL:
            found[int(named.group(1))] = CpuTicks(ticks[_STEAL], sum(ticks))
    return found


def steal(before: CpuTicks | None, after: CpuTicks | None) -> float | None:
    """The share of a CPU's time that was stolen between two readings.

    None if a reading is missing, if no tick has passed, or if the counter fell: then the machine
    has moved to another host, or the CPU was taken away and given back.
    """
    if before is None or after is None:
        return None
    stolen, whole = after.stolen - before.stolen, after.whole - before.whole
    if whole <= 0 or stolen < 0:
        return None
    # Idle time is estimated and may fall a little (proc_stat(5)), so the whole may be too small.
    return min(stolen / whole, 1.0)


def most_stolen(shares: Iterable[float | None]) -> float | None:
    """The largest share of those that are known; None if none is, which is not 0."""
    return max((share for share in shares if share is not None), default=None)
