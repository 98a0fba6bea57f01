"""`lab new` makes frameworks and ways to serve that pass the contract without changes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import docker
import pytest

ROOT = Path(__file__).parents[2]
NAME, WAY = "fresh", "another"
MADE = (NAME, f"flask-{WAY}", f"aiohttp-{WAY}")


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Path]:
    """A copy of the tracked files, and of the files that set-up wrote for this host."""
    copy = tmp_path / "lab"
    for folder in ("services", "loadgen", "orchestrator"):
        shutil.copytree(ROOT / folder, copy / folder)
    for name in ("docker-compose.yml", ".dockerignore", ".env"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)
    yield copy
    images = docker.from_env().images
    for name in MADE:
        for image in images.list(f"weblab/{name}"):
            for tag in image.tags:
                images.remove(tag)


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


@pytest.mark.parametrize("framework", ["flask", "aiohttp"])  # with several ways, and with one
def test_a_new_way_to_serve_passes_the_contract_and_so_does_the_framework(
    checkout: Path, framework: str
) -> None:
    name = f"{framework}-{WAY}"
    made = lab(checkout, "new", framework, "--way", WAY)
    assert made.returncode == 0, made.stderr
    assert f".venv/bin/lab verify {name}" in made.stdout
    verified = lab(checkout, "verify", name, framework)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert f"{name}: ok" in verified.stdout
    assert f"{framework}: ok" in verified.stdout


def test_a_new_service_passes_the_contract(checkout: Path) -> None:
    made = lab(checkout, "new", NAME)
    assert made.returncode == 0, made.stderr
    assert f".venv/bin/lab verify {NAME}" in made.stdout
    listed = lab(checkout, "list")
    assert NAME in listed.stdout
    verified = lab(checkout, "verify", NAME)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert f"{NAME}: ok" in verified.stdout
