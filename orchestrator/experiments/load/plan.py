"""Make a plan from settings; report every problem together, before a container starts."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from labwire.client import CLIENTS, FASTHTTP_USERS, MOST_USERS, Client
from labwire.expectation import Expectation
from orchestrator.contract import changes
from orchestrator.entries import answering, entry
from orchestrator.errors import UsageError
from orchestrator.experiments.experiment import Placed
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.model.placement import Placement
from orchestrator.model.record import RunRecord
from orchestrator.model.settings import Loading, Plan, PlannedTrial, Profile, Settings
from orchestrator.profiles import (
    NAMES,
    PROFILES,
    asks_for_open_loop,
    scaled,
)

HIGHEST_RATE = 1e6
LARGEST_SEED = 2**53
"""Whole numbers up to here are exact in JSON for every program that reads a record."""


def planned(
    settings: Settings, known: Catalogue, placed: Placed, earlier: RunRecord | None
) -> Plan:
    """The plan of a run on this host.

    Args:
        earlier: the record of a run to resume, since all rows of a run have the same load.

    Raises:
        UsageError: holds all problems.
    """
    if earlier and (found := contract_problems(earlier, known.contract)):
        raise UsageError(found)
    entries = {
        name: entry(manifest, placed.containers)
        for name, manifest in known.manifests.items()
        if name in placed.containers
    }
    return plan(
        settings,
        entries,
        known.contract,
        placed.placement,
        placed.containers[LOCUST_MASTER],
        placed.containers[LOCUST_WORKER],
        earlier.profile if earlier else None,
        placed.containers,
    )


def contract_problems(earlier: RunRecord, contract: Mapping[str, Expectation]) -> list[str]:
    """Why a run cannot be resumed with this contract; empty if it can."""
    return [
        f"workload {name}: its request or right answer in services/contract.toml is not the one "
        f"that run {earlier.run_id} began with, so its rows would not be comparable; restore the "
        "contract, or begin a new run"
        for name in changes(earlier.contract, contract)
        if name in earlier.settings.workloads
    ]


def settings_problems(settings: Settings, there: Names) -> list[str]:
    """Every problem with the settings that does not depend on the host."""
    return problems(settings, there.services, there.workloads or settings.workloads)


def problems(
    settings: Settings,
    known: Sequence[str],
    workloads: Sequence[str],
    workers: int | None = None,
) -> list[str]:
    """Every problem with the settings, in words; empty if there is none.

    Args:
        workers: number of load generator workers; None while the host is unknown.
    """
    found = [
        f"no {kind} {name!r}; choose from {', '.join(there)}"
        for kind, names, there in (
            ("service", settings.services, known),
            ("workload", settings.workloads, workloads),
        )
        for name in names
        if name not in there
    ]
    if settings.profile not in PROFILES:
        found.append(f"no profile {settings.profile!r}; choose from {', '.join(NAMES)}")
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
        return [f"no client {settings.client!r}; choose from {', '.join(CLIENTS)}"]
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
        found.append(
            "--rate sets a rate of the open loop; leave out either --rate or --no-open-loop"
        )
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
    placement: Placement,
    master: ContainerSpec,
    worker: ContainerSpec,
    profile: Profile | None = None,
    containers: Mapping[str, ContainerSpec] | None = None,
) -> Plan:
    """Settings and what the repository declares, as an ordered list of trials.

    Args:
        profile: the profile of the run to resume, since all rows of a run have the same load;
            None: make it from the settings.
        containers: all containers of the compose file, for what workloads need.

    Raises:
        UsageError: holds all problems.
    """
    workers = len(placement.load_cpus)
    if found := problems(settings, list(entries), list(expectations), workers):
        raise UsageError(found)
    trials = _in_blocks(settings, entries, expectations, containers or {})
    if trials and all(trial.why_not is not None for trial in trials):
        raise UsageError(_none_offered(trials))
    return Plan(
        settings=settings,
        loading=Loading(
            profile=profile or scaled(settings, worker.nofile, workers),
            client=settings.client,
            placement=placement,
            master=master,
            worker=worker,
        ),
        trials=trials,
    )


def _in_blocks(
    settings: Settings,
    entries: Mapping[str, Entry],
    expectations: Mapping[str, Expectation],
    containers: Mapping[str, ContainerSpec],
) -> tuple[PlannedTrial, ...]:
    """The trials in their order.

    Each repeat measures every service and workload once, before the next repeat begins. The seed
    determines a different order for each repeat, so that slow drift of the machine does not always
    favour the same service (a randomized complete block design, which `stats.layout` relies on).
    """
    draw = random.Random(settings.seed)  # for an order, not for a secret
    trials: list[PlannedTrial] = []
    for repeat in range(1, settings.repeats + 1):
        pairs = [(s, w) for s in settings.services for w in settings.workloads]
        draw.shuffle(pairs)
        trials += (
            PlannedTrial(
                entry=answering(entries[service], [expectations[workload]], containers),
                expectation=expectations[workload],
                repeat=repeat,
                order=order,
            )
            for order, (service, workload) in enumerate(pairs, len(trials) + 1)
        )
    return tuple(trials)


def _none_offered(trials: Sequence[PlannedTrial]) -> list[str]:
    """Why there is nothing to measure, in words: one for each service and workload."""
    return [
        f"{trial.expectation.workload} is not offered by {trial.entry.manifest.id}: "
        f"{trial.why_not}; `lab list` shows which services offer it"
        for trial in sorted(trials, key=lambda one: one.key)
        if trial.repeat == 1
    ]
