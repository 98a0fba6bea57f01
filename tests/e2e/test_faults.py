"""Trials that fail become rows with a reason, and the run goes on."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import docker
import docker.errors
import pytest

from orchestrator.adapters.docker_engine import RUN
from orchestrator.files import checksums

ROOT = Path(__file__).parents[2]
WITHIN_S = 120


def hit_first(name: str, action: str, done: threading.Event) -> None:
    """Do this to the first container whose name fits the pattern, once it is under load."""
    client = docker.from_env()
    filters: dict[str, str | list[str] | bool] = {"label": RUN}
    deadline = time.monotonic() + WITHIN_S
    while time.monotonic() < deadline:
        running = client.containers.list(ignore_removed=True, filters=filters)
        master = [c for c in running if str(c.name).endswith("-locust")]
        victims = [c for c in running if re.search(name, str(c.name))]
        if victims and master and b'"event":"tick"' in master[0].logs():
            words = {"kill": ["kill"], "pause": ["pause"], "remove": ["rm", "--force"]}[action]
            subprocess.run(["docker", *words, str(victims[0].id)], check=True, capture_output=True)
            done.set()
            return
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("victim", "action", "reason"),
    [
        ("locust-worker", "kill", "workers"),
        ("-bottle", "kill", "the server ended under load with exit code 137"),
        ("-bottle", "remove", "bottle: its container vanished"),
        ("-locust$", "pause", "nothing came for 20 s"),
        ("-locust$", "remove", "ended without a result"),
    ],
)
def test_a_container_that_is_lost_fails_its_trial_and_the_run_goes_on(
    tmp_path: Path, victim: str, action: str, reason: str
) -> None:
    killed = threading.Event()
    killer = threading.Thread(target=hit_first, args=(victim, action, killed))
    killer.start()
    run = subprocess.run(
        [
            *(sys.executable, "-m", "orchestrator", "run", "bottle", "--workload", "text"),
            *("--repeats", "2", "--profile", "smoke", "--duration", "5"),
            *("--results", str(tmp_path)),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    killer.join()
    assert killed.is_set()
    assert run.returncode == 1, run.stdout + run.stderr
    (path,) = tmp_path.glob("*/run.json")
    first, second = json.loads(path.read_text())["trials"]
    assert (first["outcome"], first["phase"]) == ("failed", "load")
    assert reason in first["reason"]
    assert_nothing_measured_is_lost(first, victim)
    if action == "kill":
        assert_all_files_are_kept(path.parent, first)
    assert second["outcome"] == "measured"
    assert "failed in load" in run.stdout


def assert_nothing_measured_is_lost(trial: dict[str, Any], victim: str) -> None:
    if victim == "-bottle":
        assert trial["totals"]["requests"] > 0
        assert trial["failures_by_kind"]
    else:
        assert trial["totals"] is None, (
            "a lost worker's share is unknown: no number, not a smaller one"
        )


def assert_all_files_are_kept(folder: Path, trial: dict[str, Any]) -> None:
    files = {Path(name).name: (folder / name).read_text() for name in trial["raw"]}
    assert {"master.log", "server.log", "worker-1.log", "samples.csv"} < set(files)
    assert '"event":"tick"' in files["master.log"]
    assert {line.split(",")[0] for line in files["samples.csv"].splitlines()} == {
        "container",
        "server",
        "worker-1",
    }
    aggregated = files["locust_stats.csv"].splitlines()[-1].split(",")
    assert aggregated[1] == "Aggregated"
    assert int(aggregated[2]) > 0
    assert len(files["locust_stats_history.csv"].splitlines()) > 2
    assert checksums.differences(folder) == {}
