"""What the plans of experiments share: the load of one worker, and each service once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from labwire.client import Client
from labwire.expectation import Expectation
from orchestrator.entries import answering, entry
from orchestrator.experiments.experiment import ChosenSettings, Placed
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue, Names
from orchestrator.model.entry import Entry
from orchestrator.model.settings import Loading, PlannedTrial
from orchestrator.profiles import PROFILES


def one_worker(name: str, settings: ChosenSettings, placed: Placed) -> Loading:
    """The load of one worker that takes commands; its timeouts are those of published runs.

    Args:
        name: the experiment's, for the profile.
    """
    placement = placed.placement
    return Loading(
        profile=replace(PROFILES["standard"], name=name),
        client=Client.ENGINE.value,
        placement=replace(placement, load_cpus=placement.load_cpus[:1], network=settings.network),
        master=placed.containers[LOCUST_MASTER],
        worker=placed.containers[LOCUST_WORKER],
    )


def answers(
    service: str, expectations: Sequence[Expectation], known: Catalogue, placed: Placed
) -> Entry:
    """A service with what it needs to answer these workloads."""
    return answering(
        entry(known.manifests[service], placed.containers), expectations, placed.containers
    )


def each_once(
    services: Iterable[str], expectation: Expectation, known: Catalogue, placed: Placed
) -> tuple[PlannedTrial, ...]:
    """A trial of each service, in the order in which they were named."""
    return tuple(
        PlannedTrial(
            entry=answers(service, [expectation], known, placed),
            expectation=expectation,
            repeat=1,
            order=order,
        )
        for order, service in enumerate(services, 1)
    )


def unknown(services: Sequence[str], workloads: Sequence[str], there: Names) -> list[str]:
    """Every service and workload that does not exist, in words."""
    return [
        f"no {kind} {name!r}; choose from {', '.join(known)}"
        for kind, names, known in (
            ("service", services, there.services),
            ("workload", workloads, there.workloads or workloads),
        )
        for name in names
        if name not in known
    ]
