"""Set-up if Compose cannot build images, with a stand-in for `docker`."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.conftest import ROOT

SETUP = ROOT / "orchestrator" / "setup"
# Answers like Compose 2.40 with buildx 0.13: it builds only by itself.
DOCKER = """#!/bin/sh
case "$*" in
*version*) echo github.com/docker/buildx v0.13.1 of-no-account ;;
*build) {builds} || { echo 'compose build requires buildx 0.17 or later' >&2; exit 17; } ;;
*) ;;
esac
"""
ALWAYS, NEVER = "true", "false"
BY_ITSELF = '[ "$COMPOSE_BAKE" = false ]'
SCRIPT = """set -euo pipefail
LAB_STEP=engine
. ./common.sh
. ./dotenv.sh
. ./builds.sh
compose_version() { echo 2.40.3; }
ensure_builds
echo done
"""


def set_up(
    tmp_path: Path, builds: str, dotenv: str = "", **environment: str
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run set-up, and return its result and .env without its first comment."""
    docker, file = tmp_path / "docker", tmp_path / ".env"
    docker.write_text(DOCKER.replace("{builds}", builds))
    docker.chmod(0o755)
    file.write_text(dotenv)
    usual = {name: value for name, value in os.environ.items() if not name.startswith("COMPOSE_")}
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", SCRIPT],
        cwd=SETUP,
        env={**usual, "PATH": path, "DOTENV": str(file), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done, file.read_text()


def test_if_compose_builds_nothing_is_written(tmp_path: Path) -> None:
    done, dotenv = set_up(tmp_path, ALWAYS, "LAB_NOFILE=5\n")
    assert (done.returncode, done.stdout, dotenv) == (0, "done\n", "LAB_NOFILE=5\n")


def test_if_compose_refuses_this_buildx_it_builds_by_itself(tmp_path: Path) -> None:
    done, dotenv = set_up(tmp_path, BY_ITSELF, "LAB_NOFILE=5\n")
    assert done.returncode == 0
    assert "Compose 2.40.3 does not build with buildx 0.13.1: it builds by itself" in done.stdout
    assert dotenv == "LAB_NOFILE=5\nCOMPOSE_BAKE=false\n"


def test_a_setting_that_is_no_longer_needed_is_removed(tmp_path: Path) -> None:
    done, dotenv = set_up(tmp_path, ALWAYS, "COMPOSE_BAKE=false\nLAB_NOFILE=5\n")
    assert (done.returncode, dotenv) == (0, "LAB_NOFILE=5\n")


def test_if_nothing_helps_reason_and_remedy_are_reported(tmp_path: Path) -> None:
    done, dotenv = set_up(tmp_path, NEVER)
    assert (done.returncode, dotenv) == (3, "")
    assert "  compose build requires buildx 0.17 or later" in done.stderr
    assert "Compose 2.40.3 with buildx 0.13.1 builds no image" in done.stderr
    assert "docker-buildx-plugin" in done.stderr
    assert "done" not in done.stdout


@pytest.mark.parametrize(("said", "code"), [("true", 3), ("1", 3), ("false", 0), ("0", 0)])
def test_the_users_own_setting_takes_precedence(tmp_path: Path, said: str, code: int) -> None:
    done, dotenv = set_up(tmp_path, BY_ITSELF, COMPOSE_BAKE=said)
    assert (done.returncode, dotenv.count("COMPOSE_BAKE=false")) == (code, 1)
    assert (f"COMPOSE_BAKE={said} in your environment" in done.stderr) == (code == 3)
