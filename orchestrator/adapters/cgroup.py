"""Converts the engine's "stats" to a sample, for cgroup v1 and v2 and engines since 20.10."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orchestrator.model.sample import Sample

NANO = 1e9


def sample(stats: Mapping[str, Any]) -> Sample | None:
    """One sample; None if the container does not run (the engine then sends empty parts).

    Memory is the usage without the inactive page cache, as in ``docker stats``:
    ``total_inactive_file`` under cgroup v1, ``inactive_file`` under v2.
    """
    memory = stats.get("memory_stats") or {}
    cpu = stats.get("cpu_stats") or {}
    if "usage" not in memory or "cpu_usage" not in cpu:
        return None
    details = memory.get("stats") or {}
    cache = details.get("total_inactive_file", details.get("inactive_file", 0))
    return Sample(
        at=unix_seconds(stats["read"]),
        cpu_s=cpu["cpu_usage"]["total_usage"] / NANO,
        memory_bytes=memory["usage"] - (cache if cache < memory["usage"] else 0),
        throttled_s=(cpu.get("throttling_data") or {}).get("throttled_time", 0) / NANO,
    )


def unix_seconds(stamp: str) -> float:
    """The engine's RFC 3339 time with nanoseconds as unix seconds."""
    # datetime keeps microseconds, and drops the further digits (Python 3.11 and later).
    return datetime.fromisoformat(stamp).timestamp()
