"""One launch: three new containers on one CPU, and slices of load that hit them alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import permutations

from labwire.slices import Served
from orchestrator.bench.instructions import seeded
from orchestrator.bench.log_tails import tails
from orchestrator.bench.verify import READY_WITHIN_S
from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.record import Closed, ClosedPair, SliceCost
from orchestrator.model.entry import ContainerSpec
from orchestrator.ports import Container, Engine, SliceLoad
from orchestrator.stats.histogram import merged, percentiles

BASE, AGAIN, HEAD = "base", "again", "head"
ROLES = (BASE, AGAIN, HEAD)
ORDERS = tuple(permutations(ROLES))
"""Orders in which the containers of a launch start; launches take them in turn."""
WARM_UP = 100
"""Requests to each server before anything counts. CPython specializes a function's bytecode within
its first calls (PEP 659), and frameworks fill their caches at the first request."""
WARM_UP_RATE = 400.0
SLICE_S = 0.25
SLICES = 6
"""In a launch. On a quiet machine slices of one launch vary by 1 %, and launches by about half of
that beyond what their slices explain (memory is laid out anew); on a busy one slices vary by 2 to
3 %. So more slices help a busy machine, more launches a quiet one."""
BUSY, BUSY_SHARED = 0.6, 0.35
"""Share of the server's CPU that the slices use; less where the load runs on the same CPU. A CPU
with time to spare lets no queue grow, so that no server waits for another."""
REQUESTS_LEAST, REQUESTS_MOST = 20, 3_000
CLOSED_S = 0.2
CONNECTIONS = 4
"""In the closed loop: they keep a server busy, and fit into the shortest listen queue (5)."""
SEEDS = 2**32
"""Python takes hash seeds from 0 to 4,294,967,295."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast the slices go: requests for each server in a slice, and requests/s of all."""

    requests: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Specs:
    """The containers of both sides."""

    base: ContainerSpec
    head: ContainerSpec

    def of(self, role: str) -> ContainerSpec:
        """The container in this role; `AGAIN` is a second container of the base."""
        return self.head if role == HEAD else self.base


def order_of(launch: int) -> tuple[str, ...]:
    """The order in which the containers of this launch start (0 is the first launch)."""
    return ORDERS[launch % len(ORDERS)]


@contextmanager
def launched(
    specs: Specs, order: Sequence[str], seed: int, engine: Engine, load: SliceLoad
) -> Iterator[Trio]:
    """Start the containers in this order, and aim the load at them; the block's end removes them.

    Raises:
        TrialFailed: a container did not start or did not answer rightly. A failure of the block
            gets the ends of the containers' logs.
    """
    with ExitStack() as stack:
        servers = dict[str, Container]()
        try:
            for role in order:
                spec = seeded(specs.of(role), seed)
                servers[role] = stack.enter_context(engine.start(spec, suffix=f"-{role}"))
            load.aim(list(servers.values()), within_s=READY_WITHIN_S)
            yield Trio(load, servers)
        except TrialFailed as failure:
            said = {role: server.last_words() for role, server in servers.items()}
            raise TrialFailed(failure.reason, failure.log_tail or tails(said)) from failure


class Trio:
    """The three running containers of a launch, in the order in which they started."""

    def __init__(self, load: SliceLoad, servers: Mapping[str, Container]) -> None:
        self._load = load
        self._servers = servers
        self._roles = tuple(servers)

    def warm_up(self, rate: float | None, seed: int) -> None:
        """Send requests that do not count, at this rate or at a low one."""
        self._spread(Pace(requests=WARM_UP, rate=rate or WARM_UP_RATE), seed)

    def pace(self, seed: int, *, shared: bool) -> Pace:
        """The pace at which these servers leave the CPU free enough.

        Args:
            shared: whether the load runs on the same CPU.
        """
        round_s = sum(self._cpu_us(Pace(requests=WARM_UP, rate=WARM_UP_RATE), seed).values()) / 1e6
        busy = BUSY_SHARED if shared else BUSY
        requests = min(max(round(busy * SLICE_S / round_s), REQUESTS_LEAST), REQUESTS_MOST)
        rate = min(busy / round_s, REQUESTS_MOST / SLICE_S)
        return Pace(requests=requests, rate=len(self._roles) * rate)

    def slice(self, pace: Pace, seed: int) -> SliceCost:
        """The CPU time for a request of each server in one slice at the common rate.

        Raises:
            TrialFailed: a request failed, or a server has ended.
        """
        used = self._cpu_us(pace, seed)
        return SliceCost(base_us=used[BASE], again_us=used[AGAIN], head_us=used[HEAD])

    def closed_pair(self, *, head_first: bool) -> ClosedPair:
        """Base and head in closed loop, one right after the other.

        Raises:
            TrialFailed: a request failed, or none was answered.
        """
        order = (HEAD, BASE) if head_first else (BASE, HEAD)
        seen = {role: self._closed(role) for role in order}
        return ClosedPair(base=seen[BASE], head=seen[HEAD])

    def _cpu_us(self, pace: Pace, seed: int) -> dict[str, float]:
        """Role -> microseconds for a request.

        At both ends of a slice no request is under way, so it does not matter that the counters are
        read one after the other.
        """
        before = {role: server.cpu_s() for role, server in self._servers.items()}
        self._spread(pace, seed)
        used = {role: server.cpu_s() - before[role] for role, server in self._servers.items()}
        if min(used.values()) <= 0:
            raise TrialFailed("the host's counters show no CPU time of a server that answered")
        return {role: seconds * 1e6 / pace.requests for role, seconds in used.items()}

    def _spread(self, pace: Pace, seed: int) -> None:
        done = self._load.spread(pace.requests, pace.rate, seed)
        for role, served in zip(self._roles, done.servers, strict=True):
            _succeeded(role, served)

    def _closed(self, role: str) -> Closed:
        done = self._load.saturate(self._roles.index(role), CONNECTIONS, CLOSED_S)
        (served,) = done.servers
        _succeeded(role, served)
        latencies = percentiles(merged([served.histogram]))
        if not served.completed or latencies.median_ms is None or latencies.p99_ms is None:
            raise TrialFailed(f"{role}: no request was answered within {CLOSED_S:g} s")
        return Closed(
            rps=served.completed / done.duration_s,
            p50_ms=latencies.median_ms,
            p99_ms=latencies.p99_ms,
        )


def _succeeded(role: str, served: Served) -> None:
    """Raise TrialFailed if a request failed."""
    if served.failures:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(served.failures.items()))
        failed = sum(served.failures.values())
        raise TrialFailed(f"{role}: {failed} of {served.requests} requests failed: {kinds}")
