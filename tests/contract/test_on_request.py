"""Each service answers all workloads that are measured on request, and that it offers."""

from __future__ import annotations

import pytest

from orchestrator import contract
from orchestrator.adapters.base_images import DATABASES, database_image
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.app.catalogue import catalogue
from orchestrator.bench.served import served
from orchestrator.entries import answering, entry, offered
from orchestrator.files.checkout import ROOT

KNOWN = catalogue(ROOT)
ON_REQUEST = [one for one in KNOWN.contract.values() if one.on_request]
OFFERING = sorted(name for name, one in KNOWN.manifests.items() if offered(one, ON_REQUEST))


@pytest.fixture(scope="module")
def compose() -> Compose:
    """Images with the packages of these workloads, and a database."""
    needs = {name for one in ON_REQUEST for name in one.needs}
    return Compose(ROOT).with_work({DATABASES[name]: database_image(ROOT) for name in needs})


@pytest.mark.parametrize("service", OFFERING)
def test_answers_the_workloads_on_request(
    service: str, engine: DockerEngine, compose: Compose
) -> None:
    """All in one container, which also answers the workloads that are always measured."""
    manifest = KNOWN.manifests[service]
    asked = offered(manifest, KNOWN.contract.values())
    containers = compose.containers()
    its = answering(entry(manifest, containers), asked, containers)
    for image in its.images:
        engine.build(image)
    with served(its, engine) as running:
        probe = running.server.probe(contract.requests(asked), its.container.ready_within_s)
        logs = running.server.logs()
    assert contract.problems(probe, asked, manifest) == ()
    assert [one.path for one in contract.requests(asked) if one.path in logs] == []
