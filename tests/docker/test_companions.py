"""A service with its companion in the real engine: started, waited for, limited and removed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from labwire.exchange import Request
from orchestrator.adapters import command
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import RUN, DockerEngine
from orchestrator.app.catalogue import catalogue
from orchestrator.app.engine import placed_here
from orchestrator.bench import served as serving
from orchestrator.bench.served import Served, served
from orchestrator.composition import real_world
from orchestrator.entries import entry
from orchestrator.errors import TrialFailed, UsageError
from orchestrator.model.blocks import WRK
from orchestrator.model.entry import Entry
from orchestrator.model.placement import Network
from tests.docker.leaning import COMPANION, IMAGE, SERVICE, checkout, replaced

LABEL: dict[str, str | list[str] | bool] = {"label": f"{RUN}=test"}


@pytest.fixture(scope="module")
def compose(tmp_path_factory: pytest.TempPathFactory) -> Compose:
    return Compose(checkout(tmp_path_factory.mktemp("companions")))


@pytest.fixture(scope="module")
def leaning(engine: DockerEngine, compose: Compose) -> Iterator[Entry]:
    known = catalogue(compose.root)
    found = entry(known.manifests[SERVICE], compose.containers())
    for image in found.images:
        engine.build(image)
    yield found
    docker.from_env().images.remove(IMAGE, force=True)


def left() -> list[str]:
    client = docker.from_env()
    return [
        str(c.name) for c in client.containers.list(all=True, ignore_removed=True, filters=LABEL)
    ]


def inspected(name: str) -> Any:
    return docker.from_env().api.inspect_container(name)


def companion(changed: Entry, **changes: object) -> Entry:
    (spec,) = changed.companions
    return replace(changed, companions=(replace(spec, **changes),))  # type: ignore[arg-type]


def answers(its: Served) -> bool:
    return [one.status for one in its.server.probe([Request(path="/json")], wait_s=30).answers] == [
        200,
        200,
    ]


def test_a_companion_is_healthy_before_its_service_starts_and_both_are_removed(
    engine: DockerEngine, leaning: Entry
) -> None:
    with served(leaning, engine) as its:
        assert sorted(left()) == ["weblab-test-leaning", "weblab-test-mate"]
        (mate,) = its.companions
        assert mate.start_s > 1
        begins = inspected(its.server.id)["State"]["StartedAt"]
        assert begins > inspected(mate.container.id)["State"]["StartedAt"]
        assert answers(its)
        assert its.ended() is None
        assert mate.container.logs() == "up\n"
        network = inspected(its.server.id)["HostConfig"]["NetworkMode"]
        assert network == f"container:{mate.container.id}"
        assert inspected(mate.container.id)["HostConfig"]["NetworkMode"] == "none"
    assert left() == []


def test_what_joins_a_service_that_has_joined_its_companion_reaches_the_service(
    engine: DockerEngine, leaning: Entry, compose: Compose
) -> None:
    engine.build(WRK)
    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/text').read())"
    with served(leaning, engine) as its:
        assert answers(its)
        said = engine.output(
            compose.containers()[WRK],
            ["python", "-c", ask],
            within_s=60,
            beside=its.server,
        )
    assert said == "b'Hello World'\n"


def test_on_a_bridge_others_reach_the_service_by_its_host(
    engine: DockerEngine, leaning: Entry, compose: Compose
) -> None:
    engine.build(WRK)
    ask = "import urllib.request as u; print(u.urlopen('http://{}:8000/text').read())"
    with engine.network(), served(leaning, engine) as its:
        assert answers(its)
        words = ["python", "-c", ask.format(its.server.host)]
        said = engine.output(compose.containers()[WRK], words, within_s=60)
    assert said == "b'Hello World'\n"


def test_a_companion_has_the_limits_of_its_block_and_the_network_settings_of_the_server(
    engine: DockerEngine, leaning: Entry, compose: Compose
) -> None:
    """As `docker compose up` makes it, but for the network, which is the service's."""
    compared = (
        "NanoCpus", "CpusetCpus", "Memory", "MemorySwap", "Ulimits", "ReadonlyRootfs", "CapAdd",
        "CapDrop", "SecurityOpt", "Init", "Tmpfs", "LogConfig", "PidsLimit", "Privileged",
        "PidMode", "IpcMode", "UTSMode", "UsernsMode", "Devices", "Binds",
    )  # fmt: skip
    with served(leaning, engine) as its:
        mine = inspected(its.companions[0].container.id)
        server = inspected(its.server.id)
    docker_compose(compose.root, "create", COMPANION)
    try:
        theirs = inspected(f"weblab-{COMPANION}-1")
    finally:
        docker_compose(compose.root, "down")
    for key in compared:
        assert mine["HostConfig"][key] == theirs["HostConfig"][key], key
    for key in ("Image", "User", "Cmd", "Entrypoint", "Env", "WorkingDir"):
        assert mine["Config"][key] == theirs["Config"][key], key
    assert mine["HostConfig"]["Memory"] == 2**30
    assert mine["HostConfig"]["Sysctls"] == leaning.container.sysctls
    assert "Sysctls" not in server["HostConfig"]
    assert mine["HostConfig"]["ExtraHosts"] == [f"{COMPANION}:127.0.0.1"]


def docker_compose(root: Path, *words: str) -> None:
    done = command.run(["docker", "compose", *words], within_s=120, remedy="it is there", cwd=root)
    assert done.returncode == 0, done.stderr


def test_a_companion_has_a_cpu_of_the_loads_and_never_the_servers(
    engine: DockerEngine, compose: Compose
) -> None:
    for given, cpuset in (
        ({"LAB_COMPANION_CPU": "7", "LAB_LOAD_CPU": "5"}, "7"),
        ({"LAB_COMPANION_CPU": "", "LAB_LOAD_CPU": "5"}, "5"),
    ):
        assert compose.containers(given)[COMPANION].cpuset == cpuset
    world = real_world(compose.root)
    here = placed_here(world, engine, Network.LOOPBACK)
    placed, containers = here.placement, here.containers
    assert containers[COMPANION].cpuset == str(placed.load_cpus[-1])
    text = (compose.root / "docker-compose.yml").read_text()
    own = '"${LAB_COMPANION_CPU:-${LAB_LOAD_CPU:-1}}"'
    with changed(compose, replaced(text, own, '"${LAB_SERVER_CPU:-0}"')):
        if placed.shared:
            placed_here(world, engine, Network.LOOPBACK)
        else:
            with pytest.raises(
                UsageError, match=f"mate: cpuset {placed.server_cpu} includes the server's CPU"
            ):
                placed_here(world, engine, Network.LOOPBACK)


@contextmanager
def changed(compose: Compose, text: str) -> Iterator[None]:
    """The compose file says this while the block lasts."""
    path = compose.root / "docker-compose.yml"
    before = path.read_text()
    path.write_text(text)
    try:
        yield
    finally:
        path.write_text(before)


def test_two_companions_share_the_network_of_the_first(
    engine: DockerEngine, leaning: Entry
) -> None:
    (mate,) = leaning.companions
    words = tuple(word.replace("9000", "9001") for word in mate.command or ())
    check = tuple(
        word.replace("127.0.0.1", "other").replace("9000", "9001") for word in mate.healthcheck
    )
    other = replace(mate, service="other", command=words, healthcheck=check)
    with served(replace(leaning, companions=(mate, other)), engine) as its:
        assert answers(its)
        assert its.names == (COMPANION, "other")
        assert its.containers[1].host == its.server.host == "weblab-test-mate"
    assert left() == []


@pytest.mark.parametrize(
    ("changes", "reason", "log"),
    [
        (
            {"healthcheck": ("sh", "-c", "echo not yet; exit 1")},
            "its companion mate: it was not healthy within 2 s: its healthcheck says not yet",
            "up",
        ),
        (
            {"healthcheck": ("sleep", "60")},
            "its companion mate: it was not healthy in time: its check had not ended after 2 s",
            "up",
        ),
        (
            {"command": ("python", "-c", "print('no disk'); raise SystemExit(3)")},
            "its companion mate: it ended before it was healthy",
            "no disk",
        ),
    ],
)
def test_a_companion_that_never_gets_healthy_is_named_and_removed(
    engine: DockerEngine,
    leaning: Entry,
    monkeypatch: pytest.MonkeyPatch,
    changes: dict[str, object],
    reason: str,
    log: str,
) -> None:
    monkeypatch.setattr(serving, "HEALTHY_WITHIN_S", 2.0)
    kept: dict[str, str] = {}
    with (
        pytest.raises(TrialFailed) as failure,
        served(companion(leaning, **changes), engine, kept.__setitem__),
    ):
        pass
    assert failure.value.reason.startswith(reason)
    assert failure.value.log_tail == log
    assert kept == {COMPANION: f"{log}\n"}
    assert left() == []


@pytest.mark.parametrize("error", [RuntimeError("in the block"), KeyboardInterrupt()])
def test_a_companion_is_gone_after_its_block_whatever_happens(
    engine: DockerEngine, leaning: Entry, error: BaseException
) -> None:
    with pytest.raises(type(error)), served(leaning, engine):
        raise error
    assert left() == []


def test_a_companion_that_ends_is_told_with_whatever_fails_then(
    engine: DockerEngine, leaning: Entry
) -> None:
    with pytest.raises(TrialFailed) as failure, served(leaning, engine) as its:
        (mate,) = its.containers
        docker.from_env().containers.get(mate.id).kill()
        docker.from_env().containers.get(mate.id).wait(timeout=30)
        assert its.ended() is not None
        raise TrialFailed("GET /json: status 500, not 200")
    assert failure.value.reason == (
        "GET /json: status 500, not 200; its companion mate ended with exit code 137"
    )
    assert failure.value.log_tail == "up"


GREEDY = """
import subprocess, sys, time
subprocess.run([sys.executable, '-c', 'x = bytearray(2**28); x[::4096] = b"1" * 2**16'])
time.sleep(60)
"""


def test_a_companion_that_lost_a_process_for_want_of_memory_is_found_though_it_runs(
    engine: DockerEngine, leaning: Entry
) -> None:
    small: dict[str, object] = {
        "command": ("python", "-c", GREEDY),
        "healthcheck": ("true",),
        "memory_bytes": 2**26,
        "memory_swap_bytes": 2**26,
    }
    with served(companion(leaning, **small), engine) as its:
        (mate,) = its.companions
        assert mate.container.state().running
        deadline, ended = time.monotonic() + 30, its.ended()
        while ended is None and time.monotonic() < deadline:
            ended = its.ended()
        assert ended is not None
        assert ended.reason == "its companion mate lost a process to the OOM killer (out of memory)"
        assert mate.container.state().running
        assert its.seen([[]])[0].oom_killed is True


def test_an_image_that_is_not_built_and_cannot_be_had_is_told_in_words(
    engine: DockerEngine, leaning: Entry, compose: Compose, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (compose.root / "docker-compose.yml").read_text()
    own = 'image: "${LAB_PYTHON_313:-python:3.13-slim}"'
    other = replaced(text, own, 'image: "127.0.0.1:9/no/such:1"')
    with changed(compose, other), pytest.raises(TrialFailed) as error:
        engine.build(COMPANION)
    assert str(error.value).startswith(
        "mate: its image 127.0.0.1:9/no/such:1 is not on this host and could not be pulled; "
        "load it (`docker load`), or give its block a build: "
    )
