"""One launch: three new containers on one CPU, two of the base and one of the head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import fmean

from orchestrator.bench.paced import Servers
from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.record import Closed, ClosedPair, Launch, SliceCost
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.stats.histogram import merged, percentiles

BASE, AGAIN, HEAD = "base", "again", "head"
ROLES = (BASE, AGAIN, HEAD)
ORDERS = (
    (BASE, AGAIN, HEAD),
    (AGAIN, HEAD, BASE),
    (HEAD, BASE, AGAIN),
    (HEAD, AGAIN, BASE),
    (AGAIN, BASE, HEAD),
    (BASE, HEAD, AGAIN),
)
"""Orders in which the containers of a launch start; launches take them in turn. In the first three
and in the last three, each role is once in each place: a Latin square."""
SLICE_S = 0.25
SLICES = 6
"""In a launch. On a quiet machine slices of one launch vary by 1 %, and launches by about half of
that beyond what their slices explain (memory is laid out anew); on a busy one slices vary by 2 to
3 %. So more slices help a busy machine, more launches a quiet one."""
CLOSED_S = 0.2
CONNECTIONS = 4
"""In the closed loop: they keep a server busy, and fit into the shortest listen queue (5)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Specs:
    """What runs on both sides, with the companions that it needs."""

    base: Entry
    head: Entry

    def of(self, launch: int) -> dict[str, ContainerSpec]:
        """Role -> its container, in the order in which those of this launch start.

        `AGAIN` is a second container of the base.
        """
        return {role: self.side(role).container for role in order_of(launch)}

    @property
    def companions(self) -> dict[str, tuple[ContainerSpec, ...]]:
        """Role -> the companions of its container: each has its own."""
        return {role: self.side(role).companions for role in ROLES}

    def side(self, role: str) -> Entry:
        """What runs in this role."""
        return self.head if role == HEAD else self.base


def order_of(launch: int) -> tuple[str, ...]:
    """The order in which the containers of this launch start (0 is the first launch)."""
    return ORDERS[launch % len(ORDERS)]


def slice_of(used: Mapping[str, float]) -> SliceCost:
    """A slice of the record, from the microseconds for a request of each role."""
    return SliceCost(base_us=used[BASE], again_us=used[AGAIN], head_us=used[HEAD])


def costs(launch: Launch) -> dict[str, float]:
    """Role -> microseconds of CPU time for a request, the mean of the launch's slices."""
    return {
        BASE: fmean(one.base_us for one in launch.slices),
        AGAIN: fmean(one.again_us for one in launch.slices),
        HEAD: fmean(one.head_us for one in launch.slices),
    }


def closed_pair(servers: Servers, *, head_first: bool) -> ClosedPair:
    """Base and head in closed loop, one right after the other.

    Raises:
        TrialFailed: a request failed, or none was answered.
    """
    order = (HEAD, BASE) if head_first else (BASE, HEAD)
    seen = {role: _closed(servers, role) for role in order}
    return ClosedPair(base=seen[BASE], head=seen[HEAD])


def _closed(servers: Servers, role: str) -> Closed:
    done = servers.saturated(role, CONNECTIONS, CLOSED_S)
    (served,) = done.servers
    latencies = percentiles(merged([served.histogram]))
    if not served.completed or latencies.median_ms is None or latencies.p99_ms is None:
        raise TrialFailed(f"{role}: no request was answered within {CLOSED_S:g} s")
    return Closed(
        rps=served.completed / done.duration_s,
        p50_ms=latencies.median_ms,
        p99_ms=latencies.p99_ms,
    )
