"""`lab instructions` with real containers: callgrind counts the same twice, and all processes."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters import perf
from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import RUN, DockerEngine
from orchestrator.errors import TrialFailed
from orchestrator.model.counted_by import CountedBy
from orchestrator.model.variant import Variant
from tests.unit.examples import JSON

ROOT = Path(__file__).parents[2]
WORDS = ["instructions", "bottle", "--seeds", "2", "--repeats", "2", "--requests", "50", "--json"]


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Any:
    results = tmp_path_factory.mktemp("results")
    run = subprocess.run(
        [sys.executable, "-m", "orchestrator", *WORDS, "--results", str(results)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    (folder,) = results.glob("instructions-*/")
    return run, folder, json.loads((folder / "instructions.json").read_text())


def test_equal_seeds_have_equal_counts(done: Any) -> None:
    run, _, record = done
    (row,) = json.loads(run.stdout)
    assert (row["service"], row["workload"], row["requests"]) == ("bottle", "json", 50)
    assert row["seeds"] == 2
    (service,) = record["services"]
    assert [one["seed"] for one in service["counts"]] == [0, 0, 1, 1]
    # A request to Bottle is some hundred thousand instructions.
    assert 100_000 < row["low"] <= row["instructions_per_request"] <= row["high"] < 2_000_000
    assert row["repeat_spread"] < 0.003


def test_cpu_time_stands_beside_the_counts(done: Any) -> None:
    run, folder, record = done
    (row,) = json.loads(run.stdout)
    assert row["by"] == record["by"]
    assert row["cpu_us_per_request"] > 0
    page = (folder / "instructions.md").read_text()
    assert "| Bottle |" in page
    assert "They do not see the kernel" in page


def test_all_processes_of_gunicorn_are_counted(engine: DockerEngine, compose: Compose) -> None:
    """With the limits of every container; its master and its worker run under callgrind."""
    made = engine.build_variant(Variant(service="django", valgrind=True))
    spec = engine.under_callgrind(replace(compose.containers()["django"], image=made.name))
    with engine.start(spec.container) as server:
        server.probe([JSON.request], 30)
        with server.counter(CountedBy.CALLGRIND) as counter:
            counter.begin()
            answers = server.ask([JSON.request] * 20, 30)
            assert {answer.status for answer in answers} == {200}
            assert counter.counted() > 20 * 100_000
        # One file for each process, which callgrind has just written.
        code, files = docker.from_env().containers.get(server.id).exec_run(["ls", "/tmp"])
        assert code == 0
        counts = [name for name in str(files).split("\\n") if name.endswith(".1")]
        assert len(counts) == 2, files


def test_a_program_that_callgrind_does_not_run_is_not_counted(
    engine: DockerEngine, compose: Compose
) -> None:
    made = engine.build_variant(Variant(service="bottle", valgrind=True))
    with engine.start(replace(compose.containers()["bottle"], image=made.name)) as server:
        server.probe([JSON.request], 30)
        with (
            server.counter(CountedBy.CALLGRIND) as counter,
            pytest.raises(TrialFailed, match="no process of the server runs under callgrind"),
        ):
            counter.begin()


def test_the_kernels_counters_follow_the_server_alone(
    engine: DockerEngine, compose: Compose
) -> None:
    """With CPU time, which every kernel counts. The cgroup's also has that of the lab's sender."""
    engine.build("bottle")
    with engine.start(compose.containers()["bottle"]) as server:
        server.probe([JSON.request], 30)
        process = docker.from_env().containers.get(server.id).attrs["State"]["Pid"]
        with perf.counting(perf.TASK_CLOCK, process, server.id) as counters:
            before_s = server.cpu_s()
            counters.begin()
            server.ask([JSON.request] * 50, 30)
            used_ns = counters.counted()
            assert 0 < used_ns / 1e9 < server.cpu_s() - before_s


def test_nothing_is_left_in_the_engine(done: Any) -> None:
    client = docker.from_env()
    assert client.containers.list(all=True, ignore_removed=True, filters={"label": RUN}) == []
