"""Slices of load on real containers, on a bridge network, with their CPU time from the host."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace

import docker
import pytest

from orchestrator.adapters.docker_container import DockerContainer
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.locust import LocustGenerator
from orchestrator.adapters.slices import DockerSliceLoad
from orchestrator.app.engine import placed_here
from orchestrator.composition import real_world
from orchestrator.errors import TrialFailed
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.placement import Network
from orchestrator.model.settings import Loading
from orchestrator.profiles import PROFILES

# The Docker SDK leaves a connection that was upgraded to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
WORLD = real_world()


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    yield
    gc.collect()


class Lab:
    """A load, and what it can be aimed at."""

    def __init__(
        self, engine: DockerEngine, load: DockerSliceLoad, specs: Mapping[str, ContainerSpec]
    ) -> None:
        self.engine, self.load, self._specs = engine, load, specs

    @contextmanager
    def servers(self, *services: str) -> Iterator[list[DockerContainer]]:
        """One container of each; they have answered right."""
        with ExitStack() as stack:
            started = [self.start(stack, service, place) for place, service in enumerate(services)]
            self.load.aim(started, within_s=60)
            yield started

    def start(
        self, stack: ExitStack, service: str, place: int, command: Sequence[str] | None = None
    ) -> DockerContainer:
        spec = self._specs[service]
        return stack.enter_context(self.engine.start(spec, suffix=f"-{place}", command=command))


@pytest.fixture(scope="module")
def lab(engine: DockerEngine) -> Iterator[Lab]:
    placed = placed_here(WORLD, engine, Network.BRIDGE)
    for service in (LOCUST_WORKER, "aiohttp", "bottle"):
        engine.build(service)
    loading = Loading(
        profile=PROFILES["quick"],
        client="engine",
        placement=placed.placement,
        master=placed.containers[LOCUST_MASTER],
        worker=placed.containers[LOCUST_WORKER],
    )
    with engine.network(), LocustGenerator(engine).slices("json", loading) as load:
        yield Lab(engine, load, placed.containers)


@pytest.mark.parametrize("services", [("aiohttp",) * 3, ("bottle",) * 3, ("aiohttp", "bottle")])
def test_all_get_as_many_requests_and_their_cpu_time_is_seen(
    lab: Lab, services: tuple[str, ...]
) -> None:
    requests = 200
    with lab.servers(*services) as servers:
        lab.load.spread(requests, 400.0, 0)  # the first requests are slower
        before = [server.cpu_s() for server in servers]
        found = lab.load.spread(requests, 400.0, 1)
        used = [now.cpu_s() - then for now, then in zip(servers, before, strict=True)]
    assert [served.requests for served in found.servers] == [requests] * len(servers)
    assert [served.completed for served in found.servers] == [requests] * len(servers)
    assert [served.failures for served in found.servers] == [{}] * len(servers)
    # From 20 us to 5 ms for a request, on any machine that can run the lab.
    assert all(20e-6 < spent / requests < 5e-3 for spent in used), used
    assert sum(used) < 1.1 * found.duration_s  # they share one CPU


def test_a_server_at_rest_uses_no_cpu_time(lab: Lab) -> None:
    with lab.servers("aiohttp", "aiohttp") as (idle, busy):
        before = idle.cpu_s(), busy.cpu_s()
        found = lab.load.saturate(1, 16, 0.5)
        used_idle, used_busy = idle.cpu_s() - before[0], busy.cpu_s() - before[1]
    (served,) = found.servers
    assert served.completed > 50
    assert served.failures == {}
    assert served.requests - 16 <= served.completed <= served.requests
    assert used_idle < used_busy / 10


def test_the_cpu_time_is_that_of_the_engine(lab: Lab) -> None:
    with lab.servers("aiohttp") as (server,):
        lab.load.saturate(0, 16, 0.5)
        sample, seen = server.sample(), server.cpu_s()
        assert sample is not None
        assert 0 <= seen - sample.cpu_s < 0.1
        server.stop()
        with pytest.raises(TrialFailed, match="aiohttp does not run"):
            server.cpu_s()


def test_without_the_hosts_files_the_engine_is_asked(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    with lab.servers("aiohttp") as (server,):
        seen = server.cpu_s()
        other = DockerContainer(docker.from_env().containers.get(server.id), "aiohttp")
        with monkeypatch.context() as patch:
            patch.setattr(
                "orchestrator.adapters.docker_container.cpu_time.of_process", lambda *_: None
            )
            assert 0 <= other.cpu_s() - seen < 0.1


def test_a_server_that_never_answers_fails_by_its_place(lab: Lab) -> None:
    with ExitStack() as stack:
        good = lab.start(stack, "bottle", 0)
        lab.load.aim([good], within_s=60)
        sleeper = lab.start(stack, "bottle", 1, ["python", "-c", "import time; time.sleep(600)"])
        with pytest.raises(TrialFailed, match=r"server 1 \(http://.*refused"):
            lab.load.aim([good, sleeper], within_s=2)
        lab.load.aim([good], within_s=60)
        (served,) = lab.load.spread(20, 200.0, 1).servers
        assert served.completed == 20


def test_a_server_that_dies_between_slices_is_failures_and_no_hang(lab: Lab) -> None:
    with lab.servers("aiohttp", "aiohttp") as (stays, dies):
        lab.load.spread(50, 500.0, 1)
        docker.from_env().containers.get(dies.id).kill()
        assert not dies.state().running
        first, second = lab.load.spread(50, 500.0, 2).servers
        assert first.completed == 50
        assert (second.requests, second.completed) == (50, 0)
        assert sum(second.failures.values()) == 50
        assert stays.state().running


def test_a_client_that_dies_is_a_failed_trial_and_no_hang(lab: Lab, engine: DockerEngine) -> None:
    placed = placed_here(WORLD, engine, Network.BRIDGE)
    loading = Loading(
        profile=PROFILES["quick"],
        client="engine",
        placement=placed.placement,
        master=placed.containers[LOCUST_MASTER],
        worker=replace(placed.containers[LOCUST_WORKER], service="another-load"),
    )
    with LocustGenerator(engine).slices("json", loading) as load, lab.servers("aiohttp") as servers:
        load.aim(servers, within_s=60)
        (client,) = docker.from_env().containers.list(filters={"name": "another-load"})
        os.kill(int(client.attrs["State"]["Pid"]), 9)
        with pytest.raises(TrialFailed, match="the load generator's program"):
            load.spread(100, 100.0, 1)
