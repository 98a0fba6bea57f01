"""Finds what limits a trial, with real containers whose limit is known beforehand."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.locust import LocustGenerator
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.app.catalogue import catalogue
from orchestrator.app.engine import placed_here
from orchestrator.bench.bench import Bench
from orchestrator.bench.trial import Trial
from orchestrator.composition import real_world
from orchestrator.experiments.load.method import LoadMethod
from orchestrator.experiments.load.plan import plan
from orchestrator.files.results_dir import RunFolder
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.entry import ContainerSpec, Entry
from orchestrator.model.placement import Network
from orchestrator.model.settings import Settings
from orchestrator.model.trial import Outcome, TrialRecord
from orchestrator.world import World

# The Docker SDK leaves a log that was not read completely to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SERVICE = "aiohttp"
WORLD = real_world()
SLEEPY = """
import asyncio, ujson
from aiohttp import web

DOCUMENT = {"test": True, "date": "2019-03-11T00:00:00", "values": [1, 2, 3, 4, 5],
            "sub_attributes": {"attribute1": 1, "attribute2": "True"}}

async def answer(request):
    await asyncio.sleep(0.04)
    return web.json_response(DOCUMENT, dumps=ujson.dumps)

app = web.Application()
app.router.add_get("/json", answer)
web.run_app(app, port=8000, access_log=None, print=None)
"""


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


def measured(
    engine: DockerEngine,
    folder: Path,
    *,
    world: World = WORLD,
    service: str = SERVICE,
    workload: str = "json",
    server: dict[str, object] | None = None,
    worker: dict[str, object] | None = None,
    companions: dict[str, dict[str, object] | None] | None = None,
    most_users: int = 64,
    duration_s: float = 8.0,
) -> TrialRecord:
    """A short trial with a changed server, worker or companion."""
    settings = Settings(
        services=(service,),
        workloads=(workload,),
        profile="smoke",
        duration_s=duration_s,
        max_users=most_users,
        repeats=1,
        seed=1,
        network=Network.LOOPBACK,
    )
    known = catalogue(world.root)
    placed = placed_here(world, engine, settings.network)
    containers = dict(placed.containers)
    for name, changes in (companions or {}).items():
        containers[name] = _changed(containers[name], changes)
    changed = _changed(containers[service], server)
    engine.build(LOCUST_WORKER)
    planned = plan(
        settings,
        {service: Entry(manifest=known.manifests[service], container=changed)},
        known.contract,
        placed.placement,
        containers[LOCUST_MASTER],
        _changed(containers[LOCUST_WORKER], worker),
        containers=containers,
    )
    store = RunFolder(folder / "run")
    store.create()
    bench = Bench(
        engine=engine,
        load=LocustGenerator(engine),
        containers=containers,
        images={},
        setup_s=0.0,
        raw=store,
        clock=SystemClock(),
        progress=ConsoleProgress(),
    )
    trial = Trial(planned.trials[0], LoadMethod(loading=planned.loading), bench)
    record = trial.run([engine.build(name) for name in (service, *(companions or ()))])
    assert record.outcome is Outcome.MEASURED, record.reason
    return record


def _changed(spec: ContainerSpec, changes: dict[str, object] | None) -> ContainerSpec:
    return replace(spec, **(changes or {}))  # type: ignore[arg-type]


def test_a_busy_server_is_limited_by_its_cpu(engine: DockerEngine, tmp_path: Path) -> None:
    record = measured(engine, tmp_path)
    assert record.limited_by == "server-cpu", record.limited_by_evidence


def test_a_worker_with_a_fifth_of_a_cpu_is_the_limit(engine: DockerEngine, tmp_path: Path) -> None:
    record = measured(engine, tmp_path, worker={"cpus": 0.2})
    assert record.limited_by == "loadgen-cpu", record.limited_by_evidence
    assert "loadgen-limited" in {caveat.code for caveat in record.caveats}


def test_a_server_that_sleeps_is_limited_by_its_latency(
    engine: DockerEngine, tmp_path: Path
) -> None:
    record = measured(engine, tmp_path, server={"command": ("python", "-c", SLEEPY)})
    assert record.limited_by == "latency-floor", record.limited_by_evidence
    assert record.hold is not None
    assert record.hold.median_ms == pytest.approx(40, rel=0.25)
    assert record.limited_by_evidence["server_cpu"] < 0.75


def test_a_server_with_a_quarter_of_a_cpu_is_throttled(
    engine: DockerEngine, tmp_path: Path
) -> None:
    record = measured(engine, tmp_path, server={"cpus": 0.25})
    assert record.limited_by == "throttled", record.limited_by_evidence


@pytest.fixture
def other_work(engine: DockerEngine) -> Iterator[None]:
    """A program that keeps the server's CPU busy. It belongs to no container."""
    cpu = placed_here(WORLD, engine, Network.LOOPBACK).placement.server_cpu
    busy = f"import os; os.sched_setaffinity(0, [{cpu}])\nwhile True: pass"
    program = subprocess.Popen([sys.executable, "-c", busy])
    try:
        yield
    finally:
        program.kill()
        program.wait()


@pytest.mark.usefixtures("other_work")
def test_other_work_on_the_servers_cpu_is_told(engine: DockerEngine, tmp_path: Path) -> None:
    # A step of five seconds, and a hold of twenty: long enough to tell.
    record = measured(engine, tmp_path, most_users=2, duration_s=30.0)
    (hold,) = (step for step in record.steps if step.phase == "hold")
    assert hold.server_cpu_used is not None
    assert hold.server_cpu_used > 0.9
    (told,) = [one.text for one in record.caveats if one.code == "other-work"]
    assert told.endswith("(also in the hold)")


def test_a_server_alone_on_its_cpu_has_no_such_caveat(engine: DockerEngine, tmp_path: Path) -> None:
    record = measured(engine, tmp_path, most_users=2, duration_s=30.0)
    assert "other-work" not in {caveat.code for caveat in record.caveats}
