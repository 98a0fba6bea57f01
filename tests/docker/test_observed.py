"""A container of the real engine is observed, from inside and outside, and says if it is not."""

from __future__ import annotations

from dataclasses import replace

import docker
import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.app.catalogue import catalogue
from orchestrator.bench.observe import observed
from orchestrator.bench.rows import server_facts
from orchestrator.bench.served import served
from orchestrator.doubts.observed import observed_differences
from orchestrator.entries import entry, usual
from orchestrator.files.checkout import ROOT
from orchestrator.model.entry import Entry
from orchestrator.model.observed import Observed

KNOWN = catalogue(ROOT)
REQUESTS = usual(KNOWN.contract.values())
# As Starlette's app.py starts it, but otherwise than service.toml says.
OTHER_LOOP = """
import json, uvicorn, ujson, app
ujson.dumps = json.dumps
uvicorn.run(app.app, host="0.0.0.0", port=8000, loop="asyncio", http="h11", backlog=77)
"""
TWO_PROCESSES = """
import os, app
from wsgiref.simple_server import make_server
server = make_server("0.0.0.0", 8000, app.app)
os.fork()
server.serve_forever()
"""


def started_with(service: str, engine: DockerEngine, compose: Compose, *command: str) -> Entry:
    found = entry(KNOWN.manifests[service], compose.containers())
    engine.build(service)
    return replace(found, container=replace(found.container, command=command or None))


def test_the_observed_container_has_the_limits_of_the_measured_one(
    engine: DockerEngine, compose: Compose
) -> None:
    its = started_with("starlette", engine, compose)
    client = docker.from_env().api
    with engine.start(its.container) as measured:
        wanted = client.inspect_container(measured.id)
    with engine.start(engine.watched(its.container)) as watched:
        has = client.inspect_container(watched.id)
    for key in ("NanoCpus", "CpusetCpus", "Memory", "PidsLimit", "Ulimits", "ReadonlyRootfs",
                "CapDrop", "SecurityOpt", "Init", "Tmpfs", "NetworkMode"):  # fmt: skip
        assert has["HostConfig"][key] == wanted["HostConfig"][key], key
    for key in ("Image", "User", "Env", "WorkingDir"):
        assert has["Config"][key] == wanted["Config"][key], key


def test_each_way_in_which_a_service_runs_otherwise_is_seen(
    engine: DockerEngine, compose: Compose
) -> None:
    its = started_with("starlette", engine, compose, "python", "-c", OTHER_LOOP)
    runs = observed(its, REQUESTS, engine)
    assert observed_differences(replace(server_facts(its.manifest), observed=runs)) == (
        "service.toml says the event loop is uvloop, but "
        "asyncio.unix_events._UnixSelectorEventLoop runs",
        "service.toml says the HTTP parser is httptools, but h11._connection.Connection runs",
        "the contract says ujson makes the JSON, but json did",
        "service.toml says the listen backlog is 2,048, but it is 77",
    )


def test_a_second_process_that_answers_is_seen(engine: DockerEngine, compose: Compose) -> None:
    its = started_with("pyramid", engine, compose, "python", "-c", TWO_PROCESSES)
    runs = observed(its, REQUESTS, engine)
    assert runs.workers == 2
    assert "service.toml says that 1 process serves, but 2 answered" in observed_differences(
        replace(server_facts(its.manifest), observed=runs)
    )


def test_a_program_that_ignores_its_environment_is_not_observed_and_says_why(
    engine: DockerEngine, compose: Compose
) -> None:
    its = started_with("flask", engine, compose, "python", "-E", "app.py")
    assert observed(its, REQUESTS, engine) == Observed(
        why="no process of it says what it runs (it may not be Python's, or ignores PYTHONPATH)"
    )


def test_a_program_that_ends_is_not_observed_and_says_why(
    engine: DockerEngine, compose: Compose
) -> None:
    its = started_with("flask", engine, compose, "python", "-c", "raise SystemExit('no port')")
    assert observed(its, REQUESTS, engine) == Observed(why="the service ended: no port")


@pytest.mark.parametrize("service", ["flask", "django", "japronto"])
def test_the_host_shows_the_processes_of_a_container(
    service: str, engine: DockerEngine, compose: Compose
) -> None:
    with served(started_with(service, engine, compose), engine) as its:
        its.server.probe([one.request for one in REQUESTS], wait_s=30)
        found = its.server.processes()
        listed = docker.from_env().api.top(its.server.id, ps_args="-o pid,nlwp")["Processes"]
    assert found is not None
    assert {(str(one.pid), str(one.threads)) for one in found} == {tuple(row) for row in listed}
