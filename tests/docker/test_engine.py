"""The engine's adapter with the real engine, mostly in cases that go wrong."""

from __future__ import annotations

import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import docker
import docker.errors
import pytest

from labwire.exchange import Request
from orchestrator.adapters import docker_container
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_container import DockerContainer
from orchestrator.adapters.docker_engine import RUN, DockerEngine
from orchestrator.errors import TrialFailed
from orchestrator.model.blocks import LOCUST_WORKER
from orchestrator.model.entry import ContainerSpec

ROOT = Path(__file__).parents[2]
MINE: dict[str, str | list[str] | bool] = {"label": f"{RUN}=test"}


@pytest.fixture(scope="module")
def spec(engine: DockerEngine, compose: Compose) -> ContainerSpec:
    """A container that sleeps, from an image that every machine has."""
    engine.build(LOCUST_WORKER)
    return replace(compose.containers()[LOCUST_WORKER], service="sleeper", cpuset="0", labels={})


def docker_compose(*words: str) -> None:
    subprocess.run(["docker", "compose", *words], cwd=ROOT, check=True, capture_output=True)


def left() -> list[str]:
    return [
        str(c.name)
        for c in docker.from_env().containers.list(all=True, ignore_removed=True, filters=MINE)
    ]


def test_a_container_is_gone_after_its_block_whatever_happens(
    engine: DockerEngine, spec: ContainerSpec
) -> None:
    with pytest.raises(RuntimeError, match="in the block"), engine.start(spec):
        assert left() == ["weblab-test-sleeper"]
        raise RuntimeError("in the block")
    assert left() == []


def test_a_service_that_ends_at_its_start_has_an_exit_code_and_a_log(
    engine: DockerEngine, spec: ContainerSpec
) -> None:
    with engine.start(spec, command=["--no-such"]) as it:
        docker.from_env().containers.get(it.id).wait(timeout=30)
        with pytest.raises(TrialFailed):
            it.probe([Request(path="/json")], wait_s=1)
        assert (it.state().running, it.state().exit_code) == (False, 2)
        assert "--no-such" in it.last_words()
    assert left() == []


def test_a_service_that_never_listens_is_not_ready(
    engine: DockerEngine, spec: ContainerSpec
) -> None:
    waiting = ["--worker", "--master-host=127.0.0.1"]
    with pytest.raises(TrialFailed) as failure, engine.start(spec, command=waiting) as it:
        it.probe([Request(path="/json")], wait_s=0.2)
    assert "no verified answer on port 8000 within 0.2 s" in failure.value.reason


def test_a_limit_that_the_host_does_not_grant_is_explained(
    engine: DockerEngine, spec: ContainerSpec
) -> None:
    beyond_any_kernel = replace(spec, nofile=2**40)
    with pytest.raises(TrialFailed) as failure, engine.start(beyond_any_kernel):
        pass
    assert "run `make images`" in failure.value.reason
    assert left() == []


def test_a_base_image_that_cannot_be_pulled_is_named(
    engine: DockerEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LAB_PYTHON_37", "weblab-base/no-such-image:1")
    with pytest.raises(TrialFailed) as failure:
        engine.build("japronto")
    assert "japronto: its base image weblab-base/no-such-image:1" in failure.value.reason
    assert "no-such-image" in failure.value.log_tail


def test_samples_grow_and_end_with_the_container(engine: DockerEngine, spec: ContainerSpec) -> None:
    with engine.start(spec, command=["--worker", "--master-host=127.0.0.1"]) as it:
        first, second = it.sample(), it.sample()
        assert first is not None
        assert second is not None
        assert second.at > first.at
        assert second.cpu_s >= first.cpu_s
        assert second.memory_bytes > 0
        it.stop()
        assert it.sample() is None


WAITING = ["--worker", "--master-host=127.0.0.1"]


def remove_from_outside(container: DockerContainer) -> None:
    with suppress(docker.errors.APIError):  # something else removed it first
        docker.from_env().containers.get(container.id).remove(force=True)


def test_every_call_on_a_vanished_container_says_that_it_vanished(
    engine: DockerEngine, spec: ContainerSpec
) -> None:
    with engine.start(spec, command=WAITING) as it:
        remove_from_outside(it)
        for ask in (it.state, it.logs, it.stop, lambda: list(it.lines(within_s=5))):
            with pytest.raises(TrialFailed, match="its container vanished"):
                ask()
        assert it.last_words() == ""
        assert (it.sample(), it.listen_overflows(), it.install_bytes()) == (None, None, None)
    assert left() == []


def test_a_removal_begun_elsewhere_is_waited_for_and_keeps_the_interrupt(
    engine: DockerEngine, spec: ContainerSpec
) -> None:
    """The engine refuses a second removal while the first is under way."""
    for _ in range(5):
        with pytest.raises(KeyboardInterrupt), engine.start(spec, command=WAITING) as it:
            remover = threading.Thread(target=remove_from_outside, args=(it,))
            remover.start()
            raise KeyboardInterrupt
        remover.join()
        assert left() == []


def test_a_silent_container_is_not_waited_for_without_end(
    engine: DockerEngine, compose: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(docker_container, "SILENT_AFTER_S", 0.5)
    speaking = ("python", "-c", "import time; print('up', flush=True); time.sleep(60)")
    engine.build("aiohttp")  # an image without an entry point
    program = replace(compose.containers()["aiohttp"], command=speaking)
    with engine.start(program) as it:
        lines = it.lines(within_s=60)
        assert next(lines) == "up"
        docker.from_env().containers.get(it.id).pause()
        with pytest.raises(TrialFailed, match=r"nothing came for 0\.5 s"):
            next(lines)
    assert left() == []


def test_pauses_by_others_are_reported(engine: DockerEngine, spec: ContainerSpec) -> None:
    with engine.start(spec, command=WAITING) as it:
        begin = it.state().started_at
        assert it.interventions(begin) == ()
        container = docker.from_env().containers.get(it.id)
        container.pause()
        container.unpause()
        it.listen_overflows()
        assert it.interventions(begin) == ("pause", "unpause")


OVERFLOW = """
import socket, time
listener = socket.create_server(("127.0.0.1", 8000), backlog=0)
callers = [socket.socket() for _ in range(8)]
for caller in callers:
    caller.setblocking(False)
    caller.connect_ex(listener.getsockname())
time.sleep(60)
"""


def test_listen_queue_overflows_are_counted(engine: DockerEngine, compose: Compose) -> None:
    engine.build("aiohttp")
    spec = compose.containers()["aiohttp"]
    with engine.start(replace(spec, command=("python", "-c", OVERFLOW))) as it:
        deadline = time.monotonic() + 10
        while not it.listen_overflows():
            assert time.monotonic() < deadline
    assert it.listen_overflows() is None


def test_only_containers_with_a_runs_label_are_removed_as_leftovers(
    engine: DockerEngine, spec: ContainerSpec
) -> None:
    client = docker.from_env()
    foreign = client.containers.create(spec.image)
    client.containers.create(spec.image, labels={RUN: "test"}, name="weblab-test-dead")
    try:
        assert engine.remove_leftovers() == ["weblab-test-dead"]
        assert client.containers.get(str(foreign.id)).status == "created"
    finally:
        foreign.remove(force=True)


def test_compose_and_orchestrator_start_the_same_container(
    engine: DockerEngine, compose: Compose
) -> None:
    """`docker compose up flask locust` and `make bench` must run the same container."""
    engine.build("flask")
    compared = (
        "NanoCpus", "CpusetCpus", "Memory", "MemorySwap", "Ulimits", "ReadonlyRootfs", "CapAdd",
        "CapDrop", "SecurityOpt", "Init", "Sysctls", "Tmpfs", "LogConfig", "PidsLimit",
        "Privileged", "PidMode", "IpcMode", "UTSMode", "UsernsMode", "Devices", "Binds",
    )  # fmt: skip
    client = docker.from_env()
    with engine.start(compose.containers()["flask"]) as ours:
        mine = client.api.inspect_container(ours.id)
    docker_compose("create", "flask")
    try:
        theirs = client.api.inspect_container("weblab-flask-1")
    finally:
        docker_compose("down")
    for key in compared:
        assert mine["HostConfig"][key] == theirs["HostConfig"][key], key
    for key in ("Image", "User", "Cmd", "Entrypoint", "Env", "WorkingDir"):
        assert mine["Config"][key] == theirs["Config"][key], key


def test_a_container_has_no_more_processes_and_threads_than_it_may(
    engine: DockerEngine, compose: Compose
) -> None:
    engine.build("flask")
    few = replace(compose.containers()["flask"], pids_limit=64)
    counts = """
import threading
done, started = threading.Event(), 0
try:
    for started in range(1000):
        threading.Thread(target=done.wait).start()
except RuntimeError:
    print(started)
done.set()
"""
    said = engine.output(few, ["python", "-c", counts], within_s=60)
    assert 50 < int(said) < 64
