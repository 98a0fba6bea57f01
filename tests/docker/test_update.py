"""`lab update` raises a lock that was set back, from the package index, and verifies it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

ROOT = Path(__file__).parents[2]
NAME, OLD = "setback", "5.0.0"


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of the tracked files, with a new service whose lock pins an old release of ujson."""
    copy = tmp_path / "lab"
    for folder in ("services", "loadgen", "orchestrator"):
        shutil.copytree(ROOT / folder, copy / folder)
    for name in ("docker-compose.yml", ".dockerignore", ".env"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)
    assert lab(copy, "new", NAME).returncode == 0
    text, count = re.subn(
        r"^ujson==\S+", f"ujson=={OLD}", lock(copy).read_text(), flags=re.MULTILINE
    )
    assert count == 1
    lock(copy).write_text(text)
    yield copy
    images = docker.from_env().images
    for image in images.list(f"weblab/{NAME}"):
        for tag in image.tags:
            images.remove(tag)


def lock(checkout: Path) -> Path:
    return checkout / "services" / NAME / "requirements.txt"


def lab(checkout: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *words],
        cwd=checkout,
        env={**os.environ, "PYTHONPATH": str(checkout)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_a_lock_that_was_set_back_is_raised_and_its_service_verified(checkout: Path) -> None:
    head = lock(checkout).read_text().splitlines()[:2]
    done = lab(checkout, "update", NAME, "--json")
    assert done.returncode == 0, done.stdout + done.stderr
    (one,) = json.loads(done.stdout)["locks"]
    (change,) = one["changes"]
    assert (one["service"], one["contract"]) == (NAME, [])
    assert (change["name"], change["before"]) == ("ujson", [OLD])
    text = lock(checkout).read_text()
    assert f"ujson=={change['after'][0]}" in text
    assert text.splitlines()[:2] == head
    again = lab(checkout, "update", NAME, "--check")
    assert (again.returncode, again.stdout) == (
        0,
        f"{NAME}: up to date\nAll locks are up to date\n",
    )
