"""A run that is interrupted or killed loses no measured trial, and leaves nothing behind."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters.docker_engine import RUN
from orchestrator.files import checksums

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "orchestrator", "run"]
OPTIONS = ["bottle", "--workload", "text", "--repeats", "3", "--profile", "smoke", "--results"]
WITHIN_S = 120


def ours() -> list[str]:
    client = docker.from_env()
    filters: dict[str, str | list[str] | bool] = {"label": RUN}
    return [
        str(c.name) for c in client.containers.list(all=True, ignore_removed=True, filters=filters)
    ]


def record(results: Path) -> dict[str, Any]:
    (path,) = results.glob("*/run.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def outcomes(results: Path) -> list[str]:
    return [trial["outcome"] for trial in record(results)["trials"]]


def listed(results: Path) -> set[str]:
    """The files in the manifest, after a check that it matches the folder."""
    (path,) = results.glob("*/SHA256SUMS")
    assert checksums.differences(path.parent) == {}
    return {line.split("  ")[1] for line in path.read_text().splitlines()}


def lab_run(*words: str, results: Path) -> str:
    """Run to the end, check that all trials are measured, and return the output."""
    done = subprocess.run(
        [*COMMAND, *words, "--results", str(results)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def under_load(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Start a run, and wait until its first trial is measured and its second has containers."""
    with subprocess.Popen(
        [*COMMAND, *OPTIONS, str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        try:
            deadline = time.monotonic() + WITHIN_S
            while not (has_measured_one(tmp_path) and len(ours()) == 3):
                assert run.poll() is None, run.communicate()[0]
                assert time.monotonic() < deadline
                time.sleep(0.05)
            yield run
        finally:
            run.kill()


def has_measured_one(results: Path) -> bool:
    return bool(list(results.glob("*/run.json"))) and outcomes(results)[:1] == ["measured"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_saves_what_was_measured_and_removes_its_containers(
    under_load: subprocess.Popen[str], tmp_path: Path, number: signal.Signals
) -> None:
    under_load.send_signal(number)
    under_load.send_signal(number)  # a second Ctrl-C changes nothing
    said = under_load.communicate(timeout=WITHIN_S)[0]
    assert under_load.returncode == 130, said
    assert "RESUME=latest" in said
    assert "before anything was measured" not in said
    assert record(tmp_path)["interrupted"] is True
    assert outcomes(tmp_path) == ["measured", "skipped", "skipped"]
    assert ours() == []
    assert [bool(trial["raw"]) for trial in record(tmp_path)["trials"]] == [True, False, False]
    assert listed(tmp_path) == {*record(tmp_path)["trials"][0]["raw"], "run.json"}


def test_after_a_kill_the_next_run_cleans_up_and_goes_on(
    under_load: subprocess.Popen[str], tmp_path: Path
) -> None:
    under_load.kill()
    under_load.communicate()
    before = record(tmp_path)["trials"][0]
    assert listed(tmp_path) == set(before["raw"]), "the record was not finished"
    assert len(ours()) == 3
    said = lab_run("--resume", "latest", results=tmp_path)
    assert "removed what an earlier run left behind" in said
    assert outcomes(tmp_path) == ["measured"] * 3
    assert record(tmp_path)["trials"][0] == before
    assert ours() == []
    raw = [name for trial in record(tmp_path)["trials"] for name in trial["raw"]]
    assert listed(tmp_path) == {*raw, "run.json"}


def test_a_run_killed_before_its_end_was_saved_gets_doubts_and_report(
    tmp_path: Path,
) -> None:
    """An older version of the lab saved the last row before the doubts."""
    lab_run("bottle", "--workload", "text", "--profile", "smoke", results=tmp_path)
    (path,) = tmp_path.glob("*/run.json")
    whole = json.loads(path.read_text())
    checksums.drop(path.parent, path.name)
    path.write_text(json.dumps({**whole, "finished_at": None, "caveats": []}))
    shutil.rmtree(path.parent / "report")

    lab_run("--resume", "latest", results=tmp_path)
    finished = record(tmp_path)
    assert finished["trials"] == whole["trials"]
    assert finished["finished_at"] is not None
    codes = {caveat["code"] for caveat in finished["caveats"]}
    assert codes == {"killed", *(caveat["code"] for caveat in whole["caveats"])}
    assert (path.parent / "report" / "index.html").is_file()
    assert listed(tmp_path) == {*finished["trials"][0]["raw"], "run.json"}

    shutil.rmtree(path.parent / "report")
    lab_run("--resume", "latest", results=tmp_path)
    assert record(tmp_path) == finished, "nothing was missing"
    assert (path.parent / "report" / "index.html").is_file()
