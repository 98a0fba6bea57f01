"""A launch: new containers of several servers on one CPU, and slices of load that hit all alike."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from types import MappingProxyType

from labwire.slices import Served, Slice
from orchestrator.bench.instructions import seeded
from orchestrator.bench.log_tails import tails
from orchestrator.bench.served import RunningCompanion, blamed, first_that_ended, started_in
from orchestrator.errors import ServerFailed, TrialFailed
from orchestrator.interrupts import shielded
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.sample import CpuModes
from orchestrator.ports import Container, Engine, Prepared, SliceLoad

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
READY_EACH_S = 2.0
"""The most time to start, for each of many servers: they import their packages on one CPU."""
REQUESTS_LEAST = 20
"""For each server in a slice: with fewer, a single slow request would decide a slice."""
REQUESTS_MOST = 3_000
"""For each server in a slice; no more than the load can send in a slice with one CPU."""
MOST_SERVERS = 64
"""The load aims at no more at once (`labwire.slices.Aim`)."""


class ServersFailed(TrialFailed):
    """Some servers of a launch failed; ``failures``: the name of each -> why."""

    def __init__(self, failures: Mapping[str, TrialFailed], log_tail: str = "") -> None:
        self.failures = dict(failures)
        why = "; ".join(f"{name}: {failure.reason}" for name, failure in failures.items())
        super().__init__(why, log_tail)


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


Companions = Mapping[str, Sequence[ContainerSpec]]
"""Name of a server -> its companions; servers without any may be missing."""


@contextmanager
def launched(
    specs: Mapping[str, ContainerSpec],
    seed: int,
    engine: Engine,
    load: SliceLoad,
    companions: Companions = MappingProxyType({}),
) -> Iterator[Servers]:
    """Start containers as in `started`, and aim the load at all of them with its own workload.

    Raises:
        ServersFailed, TrialFailed: as in `started` and `Running.aimed`.
    """
    with started(specs, seed, engine, load, companions) as running:
        yield running.aimed(tuple(specs))


@contextmanager
def started(
    specs: Mapping[str, ContainerSpec],
    seed: int,
    engine: Engine,
    load: SliceLoad,
    companions: Companions = MappingProxyType({}),
    *,
    at_once: int = 1,
) -> Iterator[Running]:
    """Start containers in this order; the block's end removes them.

    Args:
        at_once: how many start at the same time.
        specs: name -> its container. Containers of one service may have several names; those that
            are not the service's are in the names of the containers.
        seed: Python's hash seed in all of them.
        companions: of these servers. Each server gets companions of its own, which are healthy
            before it starts.

    Raises:
        ServersFailed: a container did not start; the block raised it; or a companion has ended by
            the end of the block. It has the ends of the logs of those that failed.
        TrialFailed: the block raised it. It then has the ends of all logs.
    """
    with ExitStack() as stack:
        servers = dict[str, Container]()
        beside = {name: list[RunningCompanion]() for name in specs}
        try:
            prepared = dict[str, Prepared]()
            for name, spec in specs.items():
                with failure_of(name):
                    mates = companions.get(name, ())
                    for one in started_in(stack, spec, mates, engine, suffix=f"-{name}"):
                        beside[name].append(one)
                    owner = beside[name][0].container if mates else None
                    suffix = "" if name == spec.service else f"-{name}"
                    made = engine.prepared(seeded(spec, seed), beside=owner, suffix=suffix)
                    prepared[name] = stack.enter_context(made)
            servers.update({name: one.container for name, one in prepared.items()})
            _begin(prepared, at_once)
            ready_s = max(spec.ready_within_s for spec in specs.values())
            yield Running(load, servers, ready_s)
            ended = {name: first_that_ended(mates) for name, mates in beside.items()}
            if failures := {name: why for name, why in ended.items() if why is not None}:
                raise ServersFailed(failures)
        except ServersFailed as failed:
            raise ServersFailed(*_with_causes(failed, servers, beside)) from failed
        except TrialFailed as failure:
            said = {name: server.last_words() for name, server in servers.items()}
            raise TrialFailed(failure.reason, failure.log_tail or tails(said)) from failure


def _begin(prepared: Mapping[str, Prepared], at_once: int) -> None:
    """Run these containers, so many at the same time; raise ServersFailed if any did not start."""
    # An interrupt waits, since a container that is just starting cannot be removed.
    with shielded(), ThreadPoolExecutor(at_once) as pool:
        begun = {name: pool.submit(one.begin) for name, one in prepared.items()}
    failures = dict[str, TrialFailed]()
    for name, done in begun.items():
        try:
            done.result()
        except TrialFailed as failure:
            failures[name] = failure
    if failures:
        raise ServersFailed(failures)


class Running:
    """The running containers of a launch; the slowest to start may take ``ready_s`` seconds."""

    def __init__(self, load: SliceLoad, servers: Mapping[str, Container], ready_s: float) -> None:
        self._load = load
        self._servers = servers
        self._ready_s = ready_s

    def aimed(self, names: Sequence[str], workload: str | None = None) -> Servers:
        """Aim the load at these servers, in this order; the others get no requests from now on.

        Args:
            workload: what to request; None: the workload that the load was started for.

        Raises:
            ServersFailed: one of them did not give the right answer in time.
            TrialFailed: the load failed.
        """
        servers = {name: self._servers[name] for name in names}
        with _failure_at(names):
            within_s = max(self._ready_s, READY_EACH_S * len(servers))
            self._load.aim(list(servers.values()), within_s=within_s, workload=workload)
        return Servers(self._load, servers)


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
        _none_failed(
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
        _none_failed((name, why) for why in _failures(served))
        return done

    def _cpu_s(self) -> dict[str, float]:
        found = dict[str, float]()
        for name, server in self._servers.items():
            with failure_of(name):
                found[name] = server.cpu_s()
        return found

    def _spread(self, pace: Pace, seed: int) -> Slice:
        with _failure_at(self._names):
            done = self._load.spread(pace.requests, pace.rate, seed)
        pairs = zip(self._names, done.servers, strict=True)
        _none_failed((name, why) for name, served in pairs for why in _failures(served))
        return done


def _failures(served: Served) -> Iterator[str]:
    """How many requests failed, and how; nothing if none did."""
    if served.failures:
        kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(served.failures.items()))
        failed = sum(served.failures.values())
        yield f"{failed} of {served.requests} requests failed: {kinds}"


def _none_failed(found: Iterable[tuple[str, str]]) -> None:
    """Raise ServersFailed if there is any failure: the name of a server, and why it failed."""
    if failures := {name: TrialFailed(why) for name, why in found}:
        raise ServersFailed(failures)


def _with_causes(
    failed: ServersFailed,
    servers: Mapping[str, Container],
    beside: Mapping[str, Sequence[RunningCompanion]],
) -> tuple[dict[str, TrialFailed], str]:
    """The failures with their causes, and the ends of the logs of those that failed together.

    Each failure has the end of its own log, or of the companion's that caused it, or of the
    server's.
    """
    said = {name: servers[name].last_words() for name in failed.failures if name in servers}
    caused = {name: blamed(failure, beside[name]) for name, failure in failed.failures.items()}
    logs = {name: failure.log_tail or said.get(name, "") for name, failure in caused.items()}
    failures = {name: TrialFailed(why.reason, logs[name]) for name, why in caused.items()}
    return failures, failed.log_tail or tails({name: log for name, log in logs.items() if log})


@contextmanager
def failure_of(name: str) -> Iterator[None]:
    """Say whose failure it is."""
    try:
        yield
    except TrialFailed as failure:
        raise ServersFailed({name: failure}, failure.log_tail) from failure


@contextmanager
def _failure_at(names: Sequence[str]) -> Iterator[None]:
    """Give a server that the load knows by its place the name that it has here."""
    try:
        yield
    except ServerFailed as failure:
        raise ServersFailed({names[failure.place]: failure}) from failure
