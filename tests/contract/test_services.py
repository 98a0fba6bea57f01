"""Each service's real container keeps the contract, has its limits, and stops at SIGTERM."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import docker
import pytest

from orchestrator import contract
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.app.catalogue import catalogue
from orchestrator.bench.package import own_package, sized
from orchestrator.bench.served import served
from orchestrator.contract import Probe
from orchestrator.entries import entry, usual
from orchestrator.files.checkout import ROOT
from orchestrator.ports import Container
from orchestrator.profiles import PROFILES

KNOWN = catalogue(ROOT)
USUAL = usual(KNOWN.contract.values())
GIB = 2**30


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    service: str
    container: Container
    probe: Probe
    nofile: int


@pytest.fixture(scope="module", params=sorted(KNOWN.manifests))
def running(
    request: pytest.FixtureRequest, engine: DockerEngine, compose: Compose
) -> Iterator[Running]:
    service: str = request.param
    known = entry(KNOWN.manifests[service], compose.containers())
    for image in known.images:
        engine.build(image)
    with served(known, engine) as its:
        probe = its.server.probe(contract.requests(USUAL), wait_s=30)
        nofile = known.container.nofile
        yield Running(service=service, container=its.server, probe=probe, nofile=nofile)


def test_keeps_the_contract(running: Running) -> None:
    manifest = KNOWN.manifests[running.service]
    assert contract.problems(running.probe, USUAL, manifest) == ()


def test_reports_the_frameworks_own_package(running: Running) -> None:
    read = own_package(KNOWN.manifests[running.service], running.probe)
    own = sized(read, running.container.install_bytes())
    assert own is not None
    assert own.version
    # Three packages do not say in their metadata which Python they need.
    assert (own.requires_python is None) == (own.name in ("bottle", "japronto", "robyn"))
    assert own.dependencies >= 1 or own.name == "ujson", "ujson at least"
    assert own.install_bytes is not None
    assert own.install_bytes > 100_000


def test_runs_as_the_compose_file_says(running: Running) -> None:
    attrs = docker.from_env().api.inspect_container(running.container.id)
    host = attrs["HostConfig"]
    assert host["NanoCpus"] == 10**9
    assert host["CpusetCpus"].isdigit()
    assert host["Memory"] == host["MemorySwap"] == GIB
    assert host["PidsLimit"] > max(
        PROFILES["standard"].users
    )  # a server may have a thread for each connection
    assert host["Ulimits"] == [{"Name": "nofile", "Hard": running.nofile, "Soft": running.nofile}]
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["SecurityOpt"] == ["no-new-privileges:true"]
    assert host["Init"] is True
    assert not host["PortBindings"]
    assert attrs["Config"]["User"].split(":")[0] not in ("", "0", "root")
    assert running.probe.nofile == running.nofile


def test_is_one_serving_process(running: Running) -> None:
    """One process serves. Besides it there are an init and, for some servers, an idle parent.

    A parent that starts its child with Python's multiprocessing has a second child, which sleeps
    until both have ended: https://docs.python.org/3/library/multiprocessing.html
    """
    listed = docker.from_env().api.top(running.container.id, ps_args="-o pid,args")
    commands = [row[-1] for row in listed["Processes"]]
    servers = [
        command
        for command in commands
        if "init" not in command.split()[0] and "multiprocessing.resource_tracker" not in command
    ]
    manifest = KNOWN.manifests[running.service]
    assert manifest.workers == 1
    assert len(servers) <= 2, servers


def test_is_silent_about_requests_and_stops_at_once(running: Running) -> None:
    logs = running.container.logs()
    assert "/json" not in logs
    assert "/text" not in logs
    running.container.stop()
    state = running.container.state()
    assert not state.running
    assert state.exit_code != 137, "it had to be killed: SIGTERM did not end it"
