"""A launch: new containers of several servers on one CPU, at which one load is aimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from types import MappingProxyType

from orchestrator.bench.instructions import seeded
from orchestrator.bench.log_tails import tails
from orchestrator.bench.paced import Servers
from orchestrator.bench.served import RunningCompanion, blamed, first_that_ended, started_in
from orchestrator.bench.servers_failed import ServersFailed, failure_at, failure_of
from orchestrator.errors import TrialFailed
from orchestrator.interrupts import shielded
from orchestrator.model.entry import ContainerSpec
from orchestrator.ports import Container, Engine, Prepared, SliceLoad

READY_EACH_S = 2.0
"""The most time to start, for each of many servers: they import their packages on one CPU."""
MOST_SERVERS = 64
"""The load aims at no more at once (`labwire.slices.Aim`)."""

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
        with failure_at(names):
            within_s = max(self._ready_s, READY_EACH_S * len(servers))
            self._load.aim(list(servers.values()), within_s=within_s, workload=workload)
        return Servers(self._load, servers)


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
