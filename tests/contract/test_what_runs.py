"""What really runs in each service is what its service.toml says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from labwire.expectation import Expectation
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.app.catalogue import catalogue
from orchestrator.bench.observe import MOST_CONNECTIONS, WITHIN_S, observed, under_load
from orchestrator.bench.rows import server_facts
from orchestrator.bench.served import served
from orchestrator.doubts.observed import (
    ENOUGH_USERS,
    named_threads,
    observed_differences,
    unknowns,
)
from orchestrator.entries import entry, usual
from orchestrator.files.checkout import ROOT
from orchestrator.model.entry import Entry
from orchestrator.model.observed import Observed, UnderLoad

KNOWN = catalogue(ROOT)
USUAL = usual(KNOWN.contract.values())
LOADS = 50
"""After so many light loads every server has used CPU time; a few are enough."""


def built(service: str, engine: DockerEngine, compose: Compose) -> Entry:
    """A service whose images exist."""
    its = entry(KNOWN.manifests[service], compose.containers())
    for image in its.images:
        engine.build(image)
    return its


@pytest.mark.parametrize("service", sorted(KNOWN.manifests))
def test_runs_what_its_service_toml_says(
    service: str, engine: DockerEngine, compose: Compose
) -> None:
    its = built(service, engine, compose)
    manifest = its.manifest
    runs = observed(its, USUAL, engine)
    assert unknowns(runs) == ()
    assert observed_differences(replace(server_facts(manifest), observed=runs)) == ()
    loops = {name.partition(".")[0] for name in runs.event_loops}
    assert loops == {manifest.event_loop} - {""}
    assert set(runs.http_parsers.values()) == {manifest.http_parser}
    assert set(runs.json_calls) == {"ujson"}
    assert "ujson" in runs.compiled
    assert runs.gil is True
    assert runs.free_threaded is False
    assert runs.flags == ()
    assert runs.workers == manifest.workers == 1


@pytest.mark.parametrize("service", sorted(KNOWN.manifests))
def test_serves_with_the_processes_and_threads_that_its_service_toml_says(
    service: str, engine: DockerEngine, compose: Compose
) -> None:
    its = built(service, engine, compose)
    manifest = its.manifest
    users = min(MOST_CONNECTIONS, manifest.backlog)
    assert users >= ENOUGH_USERS * named_threads(manifest.threads), "too few to fill its pool"
    load = loaded(its, USUAL, users, engine)
    assert load.processes == manifest.workers == 1
    runs = Observed(why="only its load is looked at", under_load=load)
    assert observed_differences(replace(server_facts(manifest), observed=runs)) == ()


def loaded(
    its: Entry, expectations: list[Expectation], users: int, engine: DockerEngine
) -> UnderLoad:
    """Who served, and with how many threads, after loads that took enough CPU time to tell.

    What sends the load runs in the same container, so the processes are read once it has ended.
    """
    with served(replace(its, container=engine.watched(its.container)), engine) as running:
        running.server.observed(expectations, users, WITHIN_S)  # it has started, and is ready
        before = running.server.processes()
        for _ in range(LOADS):
            running.server.observed(expectations, users, WITHIN_S)
            load = under_load(before, running.server.processes(), users)
            if load is not None:
                return load
    raise AssertionError(f"{its.manifest.id}: no process used CPU time")
