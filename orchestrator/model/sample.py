"""A reading of a container's cgroup counters, as the engine reports them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One reading.

    ``at``: unix seconds; ``cpu_s``: CPU seconds used since the container's start;
    ``memory_bytes``: without page cache that the kernel can drop, like ``docker stats``;
    ``throttled_s``: time without CPU because the CPU quota was used up.
    """

    at: float
    cpu_s: float
    memory_bytes: int
    throttled_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class CpuModes:
    """CPU seconds that a container has used in its programs and in the kernel (system calls).

    Most kernels look at each tick of their clock (100 to 1,000 a second) which of both is running,
    so a difference of two readings is exact only if many ticks lie between them.
    """

    user_s: float
    system_s: float
