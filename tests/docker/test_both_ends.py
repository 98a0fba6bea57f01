"""`lab crosscheck` with real containers: both ends count exactly the same requests."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from labwire.exchange import Method
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_container import DockerContainer
from orchestrator.adapters.docker_engine import RUN, DockerEngine
from orchestrator.experiments.crosscheck.record import Seen
from orchestrator.experiments.crosscheck.wrk import RequestCounter
from orchestrator.model.blocks import LOCUST_WORKER, WRK, WRK_COUNTER

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Any:
    results = tmp_path_factory.mktemp("results")
    words = ["crosscheck", "starlette", "--pairs", "2", "--connections", "16"]
    run = subprocess.run(
        [sys.executable, "-m", "orchestrator", *words, "--results", str(results)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    (folder,) = results.glob("crosscheck-*/")
    return run, folder, json.loads((folder / "crosscheck.json").read_text())


def test_both_ends_count_the_same_requests(done: Any) -> None:
    _, _, record = done
    (check,) = record["services"]
    counted = check["counted"]
    lab, wrk = counted["lab"], counted["wrk"]
    assert lab["requests"] > 100
    assert lab["failures"] == {}
    assert counted["lab_seen"]["requests"] == lab["requests"] + lab["unfinished"]
    # wrk does not report requests under way at its end: at most one per connection.
    assert 0 <= counted["wrk_seen"]["requests"] - wrk["requests"] <= 16
    assert wrk["wrong"] == 0
    assert counted["lab_seen"]["segments"] == counted["lab_seen"]["requests"]
    (row,) = record["rows"]
    assert row["counts_agree"] is True


SPLIT = """\
import socket, threading, time
listener = socket.create_server(("127.0.0.1", 8000))
def take(whole):
    connection, _ = listener.accept()
    with connection:
        while whole > 0 and (data := connection.recv(100000)):
            whole -= len(data)
for method in {methods}:
    for parts in ([b" /json HTTP/1.1", b"some ", b"body"], [b" /json" + b"x" * 300000]):
        parts[0] = method.encode() + parts[0]
        taking = threading.Thread(target=take, args=[sum(map(len, parts))])
        taking.start()
        with socket.create_connection(("127.0.0.1", 8000)) as connection:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            for part in parts:
                connection.sendall(part)
                time.sleep(0.05)
            taking.join()
"""


def test_a_request_in_several_segments_is_counted_once(
    engine: DockerEngine, compose: Compose
) -> None:
    """Whatever its method, and however its client sends the body."""
    engine.build(LOCUST_WORKER)
    engine.build(WRK)
    containers = compose.containers()
    counter = RequestCounter(engine, containers[WRK_COUNTER], containers[WRK])
    sleeper = replace(containers[LOCUST_WORKER], service="sleeper", cpuset="0", labels={})
    script = SPLIT.format(methods=[str(method) for method in Method])
    with engine.start(sleeper, command=["--worker", "--master-host=127.0.0.1"]) as it:
        counter.begin(it)
        code, said = docker.from_env().containers.get(it.id).exec_run(["python", "-c", script])
        assert code == 0, said
        both = 2 * len(Method)
        assert counter.seen(it) == Seen(requests=both, segments=both)
        counter.end(it)


WITHOUT_TIMESTAMPS = {"net.ipv4.tcp_timestamps": "0"}


def test_segments_without_timestamps_are_counted_too(
    engine: DockerEngine, compose: Compose
) -> None:
    """Their TCP header is shorter, so their data begin elsewhere."""
    engine.build(LOCUST_WORKER)
    engine.build(WRK)
    containers = compose.containers()
    counter = RequestCounter(engine, containers[WRK_COUNTER], containers[WRK])
    image = containers[LOCUST_WORKER].image
    sleeping = docker.from_env().containers.create(
        image, ["600"], entrypoint=["sleep"], sysctls=WITHOUT_TIMESTAMPS, network_mode="bridge"
    )
    try:
        sleeping.start()
        _, told = sleeping.exec_run(["cat", "/proc/sys/net/ipv4/tcp_timestamps"])
        assert told == b"0\n"
        it = DockerContainer(sleeping, "sleeping")
        counter.begin(it)
        script = SPLIT.format(methods=[str(method) for method in Method])
        code, said = sleeping.exec_run(["python", "-c", script])
        assert code == 0, said
        both = 2 * len(Method)
        assert counter.seen(it) == Seen(requests=both, segments=both)
        counter.end(it)
    finally:
        sleeping.remove(force=True)


def test_the_timed_pairs_have_both_clients_each_on_connections_of_its_own(done: Any) -> None:
    _, _, record = done
    (check,) = record["services"]
    assert [pair["first"] for pair in check["pairs"]] == ["wrk", "lab"]
    for pair in check["pairs"]:
        lab, wrk = pair["lab"], pair["wrk"]
        assert lab["completed"] > 100
        assert wrk["requests"] > 100
        assert (lab["failures"], lab["connects"]) == ({}, 16)
        assert 0 <= lab["idle"] <= 1
        assert wrk["setup_s"] is None or 0 <= wrk["setup_s"] < wrk["duration_s"]
        # wrk ends at a tenth of a second, and never before the slice's end.
        assert min(lab["duration_s"], wrk["duration_s"]) >= 0.39
    assert any(pair["wrk"]["setup_s"] is not None for pair in check["pairs"])
    assert check["seconds"] > 4 * 0.39


def test_progress_goes_to_stderr_and_tables_to_stdout(done: Any) -> None:
    run, folder, record = done
    assert "[1/1] Starlette: 2 pairs, lab / wrk " in run.stderr
    assert f"{folder.name}/crosscheck.md" in run.stderr.replace("\n", "")
    assert "Counted by both ends" in run.stdout
    assert "Starlette" in run.stdout
    assert "| Starlette |" in (folder / "crosscheck.md").read_text()
    assert any(tool.startswith("wrk ") for tool in record["tools"])


def test_nothing_is_left_in_the_engine(done: Any) -> None:
    client = docker.from_env()
    assert client.containers.list(all=True, ignore_removed=True, filters={"label": RUN}) == []
    assert client.networks.list(filters={"label": RUN}) == []
