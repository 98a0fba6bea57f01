"""Whole commands on a service that needs a companion, in a checkout of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import RUN
from orchestrator.files import checksums
from orchestrator.model.blocks import BEYOND_2019
from tests.docker.leaning import COMPANION, IMAGE, SERVICE, checkout

WITHIN_S = 300
OURS: dict[str, str | list[str] | bool] = {"label": RUN}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    yield checkout(tmp_path_factory.mktemp("companions"))
    docker.from_env().images.remove(IMAGE, force=True)


def started(root: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=root,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (root, root / "loadgen")))},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def lab(root: Path, *words: str) -> tuple[int, str]:
    with started(root, *words) as run:
        said, _ = run.communicate(timeout=WITHIN_S)
    return run.returncode, said


def run_of(results: Path, *words: str) -> tuple[str, ...]:
    options = ("--workload", "json", "--profile", "smoke", "--max-users", "16")
    return ("run", SERVICE, *options, "--results", str(results), *words)


def record(results: Path) -> tuple[Path, Any]:
    (path,) = results.glob("*/run.json")
    return path.parent, json.loads(path.read_text())


def left() -> list[str]:
    found = docker.from_env().containers.list(all=True, ignore_removed=True, filters=OURS)
    return [str(c.name) for c in found]


def companion_when(begun: Callable[[dict[str, Any]], bool]) -> Any:
    """The companion's container, once this is true of the lab's containers by their names."""
    client, deadline = docker.from_env(), time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        found = client.containers.list(filters=OURS, ignore_removed=True)
        running = {str(c.name): c for c in found}
        mates = [c for name, c in running.items() if name.endswith(f"-{COMPANION}")]
        if mates and begun(running):
            return mates[0]
        time.sleep(0.05)
    raise AssertionError("it did not begin")


def started_alone(running: dict[str, Any]) -> bool:
    return len(running) == 1


def under_load(running: dict[str, Any]) -> bool:
    masters = [c for name, c in running.items() if name.endswith("-locust")]
    return bool(masters) and b'"event":"tick"' in masters[0].logs()


@pytest.mark.parametrize("network", ["loopback", "bridge"])
def test_a_companion_is_measured_beside_its_service(
    root: Path, tmp_path: Path, network: str
) -> None:
    code, said = lab(root, *run_of(tmp_path, "--duration", "8", "--network", network))
    assert code == 0, said
    folder, run = record(tmp_path)
    (trial,) = run["trials"]
    assert trial["outcome"] == "measured", said
    (mate,) = trial["companions"]
    assert mate["name"] == COMPANION
    assert mate["image_id"].startswith("sha256:")
    assert mate["image_bytes"] > 2**20
    assert 0 < mate["cpu"] < 1.1
    assert mate["cpu_us_per_request"] > 0
    assert mate["memory_peak_bytes"] > 2**20
    assert mate["start_s"] > 1
    assert (mate["oom_killed"], mate["throttled_s"] is None) == (False, False)
    files = {Path(name).name: (folder / name).read_text() for name in trial["raw"]}
    assert files[f"{COMPANION}.log"] == "up\n"
    rows = [line.split(",")[0] for line in files["samples.csv"].splitlines()]
    assert set(rows) == {"container", "server", "worker-1", COMPANION}
    assert rows.count(COMPANION) > 1
    assert checksums.differences(folder) == {}
    page = (folder / "report" / "index.html").read_text()
    assert f"Companion {COMPANION}" in page
    assert "of a CPU while held" in page
    assert left() == []


def test_a_companion_that_dies_under_load_fails_the_row_by_its_name(
    root: Path, tmp_path: Path
) -> None:
    killer = threading.Thread(target=lambda: companion_when(under_load).kill())
    killer.start()
    code, said = lab(root, *run_of(tmp_path, "--duration", "6", "--repeats", "2"))
    killer.join()
    assert code == 1, said
    folder, run = record(tmp_path)
    first, second = run["trials"]
    assert (first["outcome"], first["phase"]) == ("failed", "load")
    assert first["reason"] == f"its companion {COMPANION} ended with exit code 137"
    assert first["log_tail"] == "up"
    assert first["totals"]["requests"] > 0
    assert first["failures_by_kind"]
    assert (folder / "raw").exists()
    assert any(name.endswith(f"/{COMPANION}.log") for name in first["raw"])
    assert second["outcome"] == "measured"
    assert left() == []


@pytest.mark.parametrize("begun", [started_alone, under_load])
def test_an_interrupted_run_leaves_no_companion(
    root: Path, tmp_path: Path, begun: Callable[[dict[str, Any]], bool]
) -> None:
    with started(root, *run_of(tmp_path, "--duration", "20")) as run:
        assert companion_when(begun)
        run.send_signal(signal.SIGINT)
        said, _ = run.communicate(timeout=WITHIN_S)
    assert run.returncode == 130, said
    assert "Traceback" not in said
    assert left() == []


def test_verify_and_crosscheck_start_the_companion_too(root: Path, tmp_path: Path) -> None:
    code, said = lab(root, "verify", SERVICE)
    assert code == 0, said
    assert f"{SERVICE}: ok" in said
    options = ("--pairs", "1", "--seconds", "1", "--connections", "4", "--results", str(tmp_path))
    code, said = lab(root, "crosscheck", SERVICE, *options)
    assert code == 0, said
    (path,) = tmp_path.glob("*/crosscheck.json")
    (check,) = json.loads(path.read_text())["services"]
    # What the service asks its companion goes through the same namespace, and is not counted.
    counted = check["counted"]
    assert counted["lab"]["failures"] == {}
    # Of those under way at the end, some may not have had a connection yet.
    ended, seen = counted["lab"]["requests"], counted["lab_seen"]["requests"]
    assert 10 < ended <= seen <= ended + counted["lab"]["unfinished"]
    assert left() == []


def test_both_sides_of_a_comparison_have_companions_of_their_own(
    root: Path, tmp_path: Path
) -> None:
    sides = ("--base", "here", "--head", "here", "--budget", "20s", "--fail-above", "900%")
    code, said = lab(root, "ab", SERVICE, *sides, "--results", str(tmp_path))
    assert code == 0, said
    (path,) = tmp_path.glob("*/ab.json")
    found = json.loads(path.read_text())
    assert found["failure"] is None
    assert found["base"]["companions"] == found["head"]["companions"] == [COMPANION]
    assert found["launches"]
    assert left() == []


def test_the_image_of_a_companion_travels_with_its_services(root: Path, tmp_path: Path) -> None:
    file = tmp_path / "images.tar"
    code, said = lab(root, "images-save", str(file), SERVICE)
    assert code == 0, said
    assert f"  {SERVICE}\n  {COMPANION}\n" in said
    with tarfile.open(file) as archive:
        manifest = archive.extractfile("manifest.json")
        assert manifest is not None
        names = {name for image in json.load(manifest) for name in image["RepoTags"]}
    assert {IMAGE, Compose(root).containers()[COMPANION].image} <= names
    code, said = lab(root, "images-load", str(file))
    assert code == 0, said
    assert f"{SERVICE}: built from these sources" in said
    for name in names:
        if name.startswith(f"weblab/{SERVICE}:sources-"):
            docker.from_env().images.remove(name, noprune=True)


def test_docker_compose_up_brings_the_companion_up_first(root: Path) -> None:
    def compose(*words: str) -> str:
        done = subprocess.run(
            ["docker", "compose", *words], cwd=root, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    ask = "import urllib.request as u; print(u.urlopen('http://127.0.0.1:8000/text').read())"
    compose("build", "values-locust-can-use", SERVICE)
    try:
        compose("up", "--detach", SERVICE, "locust")
        api = docker.from_env().api
        mate = api.inspect_container(f"weblab-{COMPANION}-1")["State"]
        service = api.inspect_container(f"weblab-{SERVICE}-1")["State"]
        assert mate["Health"]["Status"] == "healthy"
        assert mate["StartedAt"] < service["StartedAt"]
        assert compose("exec", "-T", SERVICE, "python", "-c", ask) == "b'Hello World'\n"
    finally:
        compose("--profile", BEYOND_2019, "down")
    assert left() == []
