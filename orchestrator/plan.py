"""Settings become a plan: every problem is found, and told together, before a container starts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from labwire.client import CLIENTS, FASTHTTP_USERS, MOST_USERS, Client
from labwire.expectation import Expectation
from orchestrator.errors import UsageError
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.model.settings import Layout, Plan, PlannedTrial, Profile, Settings
from orchestrator.profiles import (
    PROFILES,
    asks_for_open_loop,
    scaled,
)

HIGHEST_RATE = 1e6
LARGEST_SEED = 2**53
"""Whole numbers up to here are exact in JSON for every program that reads a record."""


def layout(cpus: int, siblings: Mapping[int, frozenset[int]], network: str) -> Layout:
    """Who gets which CPU: the server the last one, the load all those that share no core with it.

    Where leaving the server's core alone would leave no CPU to the load, the load takes what is
    there; on a host with one CPU server and load share it.

    Args:
        cpus: number of CPUs that the engine has.
        siblings: CPU -> the CPUs of its physical core; empty where the host does not tell.
    """
    server = cpus - 1
    core = siblings.get(server, frozenset({server}))
    apart = tuple(cpu for cpu in range(cpus) if cpu not in core)
    rest = tuple(cpu for cpu in range(cpus) if cpu != server)
    load = apart or rest or (server,)
    return Layout(
        server_cpu=server,
        load_cpus=load,
        shared=load == (server,),
        smt_shared=bool(core & set(load) - {server}) if siblings else None,
        network=network,
    )


def problems(
    settings: Settings,
    known: Sequence[str],
    workloads: Sequence[str],
    workers: int | None = None,
) -> list[str]:
    """All that is wrong with the settings, in words; empty if nothing is.

    Args:
        workers: how many workers will bring the load; None where the host is not known yet.
    """
    found = [
        f"no {kind} {name!r}; there are {', '.join(there)}"
        for kind, names, there in (
            ("service", settings.services, known),
            ("workload", settings.workloads, workloads),
        )
        for name in names
        if name not in there
    ]
    if settings.profile not in PROFILES:
        found.append(f"no profile {settings.profile!r}; there are {', '.join(PROFILES)}")
    if settings.duration_s is not None and not 1 <= settings.duration_s <= 3600:
        found.append(f"--duration {settings.duration_s:g}: give 1 to 3600 seconds")
    if settings.max_users is not None and not 1 <= settings.max_users <= MOST_USERS:
        found.append(f"--max-users {settings.max_users}: give 1 to {MOST_USERS:,}")
    if not 1 <= settings.repeats <= 1000:
        found.append(f"--repeats {settings.repeats}: give 1 to 1000")
    if not 0 <= settings.seed <= LARGEST_SEED:
        found.append(f"--seed {settings.seed}: give 0 to {LARGEST_SEED:,}")
    return found + _client_problems(settings, workers) + _open_loop_problems(settings)


def _client_problems(settings: Settings, workers: int | None) -> list[str]:
    if settings.client not in CLIENTS:
        return [f"no client {settings.client!r}; there are {', '.join(CLIENTS)}"]
    most = None if workers is None else Client(settings.client).most_users(workers)
    if most is None or settings.max_users is None or settings.max_users <= most:
        return []
    return [
        f"--max-users {settings.max_users}: the client {settings.client} keeps no more than {most} "
        f"connections open ({FASTHTTP_USERS} for each worker); give at most that, or use "
        f"{Client.ENGINE}"
    ]


def _open_loop_problems(settings: Settings) -> list[str]:
    found = []
    if settings.rate is not None and not 0 < settings.rate <= HIGHEST_RATE:
        found.append(f"--rate {settings.rate:g}: give more than 0, up to {HIGHEST_RATE:,.0f}")
    if settings.rate is not None and settings.open_loop is False:
        found.append("--rate is a rate of the open loop; leave out it or --no-open-loop")
    known = settings.client in CLIENTS
    if known and asks_for_open_loop(settings) and not Client(settings.client).has_open_loop:
        found.append(
            f"the client {settings.client} has no open loop; leave out --open-loop and --rate, "
            f"or use {Client.ENGINE}"
        )
    return found


def plan(
    settings: Settings,
    entries: Mapping[str, Entry],
    expectations: Mapping[str, Expectation],
    layout: Layout,
    master: ContainerSpec,
    worker: ContainerSpec,
    profile: Profile | None = None,
) -> Plan:
    """Settings and what the repository declares, as an ordered list of trials.

    Each repeat measures every service and workload once, in an order of its own drawn from the
    seed, so that a slow drift of the machine does not favour the same entry each time.

    Args:
        profile: that of the run to be resumed, since all rows of a run have the same load;
            else it is made of the settings.

    Raises:
        UsageError: with all problems together.
    """
    workers = len(layout.load_cpus)
    if found := problems(settings, list(entries), list(expectations), workers):
        raise UsageError(found)
    draw = random.Random(settings.seed)  # an order, not a secret
    trials: list[PlannedTrial] = []
    for repeat in range(1, settings.repeats + 1):
        pairs = [(s, w) for s in settings.services for w in settings.workloads]
        draw.shuffle(pairs)
        for service, workload in pairs:
            trials.append(
                PlannedTrial(
                    entry=entries[service],
                    expectation=expectations[workload],
                    repeat=repeat,
                    order=len(trials) + 1,
                )
            )
    return Plan(
        settings=settings,
        profile=profile or scaled(settings, worker.nofile, workers),
        layout=layout,
        master=master,
        worker=worker,
        trials=tuple(trials),
    )
