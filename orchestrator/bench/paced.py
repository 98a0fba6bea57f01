"""Slices of load that hit several servers on one CPU alike, at a pace that leaves it time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from labwire.slices import Served, Slice
from orchestrator.bench.servers_failed import failure_at, failure_of, none_failed
from orchestrator.model.sample import CpuModes
from orchestrator.ports import Container, SliceLoad

WARM_UP = 100
"""Requests to each server before anything counts. CPython specializes a function's bytecode within
its first calls (PEP 659), and frameworks fill their caches at the first request."""
WARM_UP_RATE = 400.0
"""Most requests/s of all servers together while their pace is unknown, up to ten servers."""
WARM_UP_EACH = 40.0
"""The same for each server, from ten servers on."""
FIRST_LOOK_S = 0.1
"""How long each server first answers one request after the other, to see how slow it may be."""
BUSY, BUSY_SHARED = 0.6, 0.35
"""Share of the server's CPU that the slices use; less where the load runs on the same CPU. A CPU
with time to spare lets no queue grow, so that no server waits for another."""
REQUESTS_LEAST = 20
"""For each server in a slice: with fewer, a single slow request would decide a slice."""
REQUESTS_MOST = 3_000
"""For each server in a slice; no more than the load can send in a slice with one CPU."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the slices go: requests for each server in a slice, and requests/s of all."""

    requests: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Strain:
    """How far slices went from their plan.

    ``lasted``: the longest duration of a slice, as a multiple of the planned one. ``idle``: the
    least share of a slice in which the load had nothing to do.
    """

    lasted: float
    idle: float


def pace_for(used: Mapping[str, float], slice_s: float, *, shared: bool) -> Pace:
    """The pace at which servers with these costs leave the CPU free enough.

    Args:
        used: name -> microseconds of CPU time for a request.
        slice_s: how long a slice should take, in seconds.
        shared: whether the load runs on the same CPU.
    """
    round_s = sum(used.values()) / 1e6
    busy = BUSY_SHARED if shared else BUSY
    requests = min(max(round(busy * slice_s / round_s), REQUESTS_LEAST), REQUESTS_MOST)
    rate = min(busy / round_s, REQUESTS_MOST / slice_s)
    return Pace(requests=requests, rate=len(used) * rate)


class Servers:
    """Servers that the load is aimed at."""

    def __init__(self, load: SliceLoad, servers: Mapping[str, Container]) -> None:
        self._load = load
        self._servers = servers
        self._names = tuple(servers)
        self._most_rate = max(WARM_UP_RATE, WARM_UP_EACH * len(servers))
        self._first_rate = self._most_rate
        self.strain = Strain(lasted=0.0, idle=1.0)
        """Of the slices so far; warming up does not count."""

    def warm_up(self, rate: float | None, seed: int) -> None:
        """Send requests that do not count, at this rate or, if it is None, at a careful one.

        Raises:
            ServersFailed: requests failed.
            TrialFailed: the load failed.
        """
        if rate is None:
            self._first_rate = self._careful_rate()
        self._spread(Pace(requests=WARM_UP, rate=rate or self._first_rate), seed)

    def pace(self, seed: int, slice_s: float, *, shared: bool) -> Pace:
        """The pace at which these servers leave the CPU free enough.

        Args:
            slice_s: how long a slice should take, in seconds.
            shared: whether the load runs on the same CPU.

        Raises:
            ServersFailed: requests failed.
            TrialFailed: the load failed.
        """
        used = self._cost(Pace(requests=WARM_UP, rate=self._first_rate), seed)[0]
        return pace_for(used, slice_s, shared=shared)

    def slice(self, pace: Pace, seed: int) -> dict[str, float]:
        """Name -> microseconds of CPU time for a request, in one slice at the common rate.

        At both ends of a slice no request is under way, so it does not matter that the counters are
        read one after the other.

        Raises:
            ServersFailed: requests failed, or servers have ended.
            TrialFailed: the load failed.
        """
        used, done = self._cost(pace, seed)
        planned_s = pace.requests * len(self._names) / pace.rate
        self.strain = Strain(
            lasted=max(self.strain.lasted, done.duration_s / planned_s),
            idle=min(self.strain.idle, done.idle),
        )
        return used

    def modes(self) -> dict[str, CpuModes]:
        """Name -> CPU seconds so far, in its program and in the kernel, where the host tells."""
        found = dict[str, CpuModes]()
        for name, server in self._servers.items():
            with failure_of(name):
                if (modes := server.cpu_modes()) is not None:
                    found[name] = modes
        return found

    def _cost(self, pace: Pace, seed: int) -> tuple[dict[str, float], Slice]:
        before = self._cpu_s()
        done = self._spread(pace, seed)
        after = self._cpu_s()
        used = {name: after[name] - before[name] for name in self._names}
        none_failed(
            (name, "the host's counters show no CPU time although it answered")
            for name, seconds in used.items()
            if seconds <= 0
        )
        return {name: seconds * 1e6 / pace.requests for name, seconds in used.items()}, done

    def _careful_rate(self) -> float:
        """Requests/s of all together, few enough for servers of which nothing is known.

        A server that answers one request after the other needs at most 1 / rate for each.
        """
        looks = [self.saturated(name, 1, FIRST_LOOK_S) for name in self._names]
        slowest_s = sum(look.duration_s / max(look.servers[0].completed, 1) for look in looks)
        return min(self._most_rate, BUSY_SHARED * len(self._names) / slowest_s)

    def saturated(self, name: str, connections: int, seconds: float) -> Slice:
        """What a slice of closed loop on one server alone showed.

        Raises:
            ServersFailed: a request failed.
            TrialFailed: the load failed.
        """
        done = self._load.saturate(self._names.index(name), connections, seconds)
        (served,) = done.servers
        none_failed((name, why) for why in _failures(served))
        return done

    def _cpu_s(self) -> dict[str, float]:
        found = dict[str, float]()
        for name, server in self._servers.items():
            with failure_of(name):
                found[name] = server.cpu_s()
        return found

    def _spread(self, pace: Pace, seed: int) -> Slice:
        with failure_at(self._names):
            done = self._load.spread(pace.requests, pace.rate, seed)
        pairs = zip(self._names, done.servers, strict=True)
        none_failed((name, why) for name, served in pairs for why in _failures(served))
        return done


def _failures(served: Served) -> Iterator[str]:
    """How many requests failed, and how; nothing if none did."""
    if served.failures:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(served.failures.items()))
        failed = sum(served.failures.values())
        yield f"{failed} of {served.requests} requests failed: {kinds}"
