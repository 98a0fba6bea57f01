"""What really runs in each service is what its service.toml says."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.app.catalogue import catalogue
from orchestrator.bench.observe import observed
from orchestrator.bench.rows import server_facts
from orchestrator.doubts.observed import observed_differences, unknowns
from orchestrator.entries import entry
from orchestrator.files.checkout import ROOT

KNOWN = catalogue(ROOT)


@pytest.mark.parametrize("service", sorted(KNOWN.manifests))
def test_runs_what_its_service_toml_says(
    service: str, engine: DockerEngine, compose: Compose
) -> None:
    manifest = KNOWN.manifests[service]
    its = entry(manifest, compose.containers())
    for image in its.images:
        engine.build(image)
    runs = observed(its, list(KNOWN.contract.values()), engine)
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
