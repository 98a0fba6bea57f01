"""The engine's answer to "stats" as a sample, for cgroup v1 and v2, engines 20.10 to today's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from orchestrator.model.sample import Sample

NANO = 1e9


def sample(stats: Mapping[str, Any]) -> Sample | None:
    """One reading; None where the container does not run (the engine then sends empty parts).

    Memory is the usage without the inactive page cache, as ``docker stats`` computes it:
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
    # datetime reads six digits of a second at most in Python 3.10, and cuts the rest today.
    return datetime.fromisoformat(stamp).timestamp()
