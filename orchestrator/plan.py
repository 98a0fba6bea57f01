"""Settings become a plan: every problem is found, and told together, before a container starts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

from orchestrator.errors import UsageError
from orchestrator.model.entry import ContainerSpec, Entry, Expectation
from orchestrator.model.settings import Layout, Plan, PlannedTrial, Profile, Settings

# Open files that a Locust worker needs beside its users' connections.
SPARE_FILES = 128

PROFILES = {
    profile.name: profile
    for profile in (
        # The protocol of 2019: two minutes, the request timeout within a step.
        Profile(
            name="standard",
            duration_s=120.0,
            step_s=6.0,
            settle_s=6.0,
            users=(8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192),
            connect_timeout_s=3.0,
            request_timeout_s=5.0,
        ),
        Profile(
            name="quick",
            duration_s=12.0,
            step_s=1.5,
            settle_s=1.2,
            users=(8, 64, 512, 2048),
            # Longer than a second: the kernel sends a connection request again after that.
            connect_timeout_s=1.3,
            request_timeout_s=1.3,
        ),
        Profile(
            name="smoke",
            duration_s=3.0,
            step_s=0.5,
            settle_s=0.5,
            users=(4, 16, 64),
            connect_timeout_s=0.4,
            request_timeout_s=0.4,
        ),
    )
}


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


def scaled(settings: Settings, nofile: int) -> Profile:
    """The profile as this run will use it: duration and users fitted to settings and host."""
    profile = PROFILES[settings.profile]
    if settings.duration_s is not None:
        factor = settings.duration_s / profile.duration_s
        shorter = min(1.0, factor)  # a longer step needs no longer timeout to outlast it
        profile = replace(
            profile,
            duration_s=settings.duration_s,
            step_s=profile.step_s * factor,
            settle_s=profile.settle_s * factor,
            connect_timeout_s=profile.connect_timeout_s * shorter,
            request_timeout_s=profile.request_timeout_s * shorter,
        )
    most = max(1, min(nofile - SPARE_FILES, settings.max_users or nofile))
    if most >= profile.users[-1]:
        return profile
    return replace(profile, users=(*(n for n in profile.users if n < most), most))


def problems(settings: Settings, known: Sequence[str], workloads: Sequence[str]) -> list[str]:
    """All that is wrong with the settings, in words; empty if nothing is."""
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
    if settings.max_users is not None and settings.max_users < 1:
        found.append(f"--max-users {settings.max_users}: give at least 1")
    if not 1 <= settings.repeats <= 1000:
        found.append(f"--repeats {settings.repeats}: give 1 to 1000")
    return found


def plan(
    settings: Settings,
    entries: Mapping[str, Entry],
    expectations: Mapping[str, Expectation],
    layout: Layout,
    master: ContainerSpec,
    worker: ContainerSpec,
) -> Plan:
    """Settings and what the repository declares, as an ordered list of trials.

    Each repeat measures every service and workload once, in an order of its own drawn from the
    seed, so that a slow drift of the machine does not favour the same entry each time.

    Raises:
        UsageError: with all problems together.
    """
    if found := problems(settings, list(entries), list(expectations)):
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
        profile=scaled(settings, worker.nofile),
        layout=layout,
        master=master,
        worker=worker,
        trials=tuple(trials),
    )
