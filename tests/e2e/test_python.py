"""A run with another Python for all services: its row, its images, and a lock without a wheel."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import docker
import pytest

from tests.conftest import ROOT

VERSION = "3.12"


def lab(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Any:
    results = tmp_path_factory.mktemp("python")
    words = ["--workload", "json", "--profile", "smoke", "--seed", "1", "--python", VERSION]
    done = lab("run", "flask", "japronto", *words, "--results", str(results))
    assert done.returncode == 1, done.stdout + done.stderr  # one row failed
    (record,) = results.glob("*/run.json")
    return record.parent, json.loads(record.read_text()), done.stdout


def test_a_row_is_measured_on_the_chosen_python(run: Any) -> None:
    folder, record, _ = run
    (flask,) = (trial for trial in record["trials"] if trial["service"] == "flask")
    assert flask["outcome"] == "measured"
    assert flask["server"]["python"].startswith(f"{VERSION}.")
    assert record["settings"]["python"] == VERSION
    assert f"Python {VERSION} for all services" in (folder / "report" / "report.md").read_text()
    assert f"Python {VERSION} for all services" in (folder / "report" / "index.html").read_text()


def test_its_image_stands_beside_the_usual_one(run: Any) -> None:
    _, record, _ = run
    images = docker.from_env().images
    (flask,) = (trial for trial in record["trials"] if trial["service"] == "flask")
    assert images.get(f"weblab/flask:py{VERSION}").id == flask["server"]["image_id"]
    assert lab("images", "flask").returncode == 0
    assert images.get("weblab/flask:local").id != images.get(f"weblab/flask:py{VERSION}").id


def test_a_lock_without_a_wheel_for_it_is_a_failed_row_that_says_so(run: Any) -> None:
    _, record, _ = run
    (row,) = (trial for trial in record["trials"] if trial["service"] == "japronto")
    assert (row["outcome"], row["phase"]) == ("failed", "build")
    assert row["reason"] == (
        f"no wheel of japronto 0.1.2 for CPython {VERSION}: the lock of japronto cannot be "
        "installed on it"
    )


def test_a_version_that_does_not_exist_ends_the_command_before_anything_starts(
    tmp_path: Path,
) -> None:
    done = lab("run", "flask", "--python", "3.99", "--results", str(tmp_path))
    assert done.returncode == 3
    assert "there is no base image for Python 3.99" in done.stderr
    assert list(tmp_path.iterdir()) == []
