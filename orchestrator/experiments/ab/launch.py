"""One launch: three new containers on one CPU, and slices of load that hit them alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from itertools import permutations

from labwire.slices import Served
from orchestrator.bench.instructions import HASH_SEED
from orchestrator.errors import TrialFailed
from orchestrator.experiments.ab.record import Closed, ClosedPair, Slice
from orchestrator.model.entry import ContainerSpec
from orchestrator.ports import Container, Engine, SliceLoad
from orchestrator.stats.histogram import merged, percentiles

BASE, AGAIN, HEAD = "base", "again", "head"
ROLES = (BASE, AGAIN, HEAD)
ORDERS = tuple(permutations(ROLES))
"""Orders in which the containers of a launch start; launches take them in turn."""
READY_WITHIN_S = 30.0
WARM_UP = 100
"""Requests to each server before anything counts. CPython specializes a function's bytecode within
its first calls (PEP 659), and frameworks fill their caches at the first request."""
WARM_UP_RATE = 400.0
SLICE_S = 0.25
SLICES = 12
"""In a launch. Slices of one launch vary by 2 to 3 %, launches by hardly more than their slices
explain, so a launch of many slices is worth the second or two that its start takes."""
BUSY, BUSY_SHARED = 0.6, 0.35
"""Share of the server's CPU that the slices use; less where the load runs on the same CPU. A CPU
with time to spare lets no queue grow, so that no server waits for another."""
REQUESTS_LEAST, REQUESTS_MOST = 20, 3_000
CLOSED_EVERY = 6
"""A pair of slices of closed loop follows so many slices at the common rate."""
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


def seeded(spec: ContainerSpec, seed: int) -> ContainerSpec:
    """The container with this hash seed for Python's strings."""
    return replace(spec, environment={**spec.environment, HASH_SEED: str(seed)})


@contextmanager
def launched(
    specs: Specs, order: Sequence[str], seed: int, engine: Engine
) -> Iterator[list[Container]]:
    """Start the containers in this order; yield them in the order of `ROLES`, and remove them."""
    with ExitStack() as stack:
        started = {
            role: stack.enter_context(engine.start(seeded(specs.of(role), seed), suffix=f"-{role}"))
            for role in order
        }
        yield [started[role] for role in ROLES]


def aimed(load: SliceLoad, servers: Sequence[Container], rate: float | None, seed: int) -> None:
    """Aim the load at the servers, and let them warm up at this rate (None: a low one)."""
    load.aim(servers, within_s=READY_WITHIN_S)
    _succeeded(load.spread(WARM_UP, rate or WARM_UP_RATE, seed).servers)


def pace(load: SliceLoad, servers: Sequence[Container], seed: int, *, shared: bool) -> Pace:
    """The pace at which these servers leave the CPU free enough."""
    costs_us = cpu_us(load, servers, Pace(requests=WARM_UP, rate=WARM_UP_RATE), seed)
    round_s = sum(costs_us) / 1e6
    busy = BUSY_SHARED if shared else BUSY
    requests = round(busy * SLICE_S / round_s)
    fitting = min(max(requests, REQUESTS_LEAST), REQUESTS_MOST)
    return Pace(requests=fitting, rate=len(servers) * min(busy / round_s, REQUESTS_MOST / SLICE_S))


def cpu_us(
    load: SliceLoad, servers: Sequence[Container], pace: Pace, seed: int
) -> tuple[float, ...]:
    """CPU time for a request of each server in one slice, in microseconds.

    At both ends of a slice no request is under way, so it does not matter that the counters are
    read one after the other.

    Raises:
        TrialFailed: a request failed, or a server has ended.
    """
    before = [server.cpu_s() for server in servers]
    _succeeded(load.spread(pace.requests, pace.rate, seed).servers)
    after = [server.cpu_s() for server in servers]
    used = [late - early for late, early in zip(after, before, strict=True)]
    if min(used) <= 0:
        raise TrialFailed("the host's counters show no CPU time of a server that answered")
    return tuple(seconds * 1e6 / pace.requests for seconds in used)


def slice_of(load: SliceLoad, servers: Sequence[Container], pace: Pace, seed: int) -> Slice:
    """One slice at a common rate; servers in the order of `ROLES`."""
    base_us, again_us, head_us = cpu_us(load, servers, pace, seed)
    return Slice(base_us=base_us, again_us=again_us, head_us=head_us)


def closed_pair(load: SliceLoad, *, head_first: bool) -> ClosedPair:
    """Base and head in closed loop, one right after the other."""
    order = (HEAD, BASE) if head_first else (BASE, HEAD)
    seen = {role: _closed(load, ROLES.index(role)) for role in order}
    return ClosedPair(base=seen[BASE], head=seen[HEAD])


def _closed(load: SliceLoad, server: int) -> Closed:
    done = load.saturate(server, CONNECTIONS, CLOSED_S)
    (served,) = done.servers
    _succeeded([served], ROLES[server])
    latencies = percentiles(merged([served.histogram]))
    if not served.completed or latencies.median_ms is None or latencies.p99_ms is None:
        raise TrialFailed(f"{ROLES[server]}: no request was answered within {CLOSED_S:g} s")
    return Closed(
        rps=served.completed / done.duration_s,
        p50_ms=latencies.median_ms,
        p99_ms=latencies.p99_ms,
    )


def _succeeded(servers: Sequence[Served], *roles: str) -> None:
    """Raise TrialFailed if a request failed."""
    for role, served in zip(roles or ROLES, servers, strict=True):
        if served.failures:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(served.failures.items()))
            raise TrialFailed(
                f"{role}: {sum(served.failures.values())} of {served.requests} requests failed: "
                f"{kinds}"
            )
