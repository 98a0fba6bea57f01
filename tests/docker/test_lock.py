"""Only one run measures on an engine at a time, for all users and environments."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import docker
import msgspec
import pytest

from orchestrator.adapters.docker_lock import IMAGE, NAME, OWNER, only_one_run
from orchestrator.adapters.owner import Owner
from orchestrator.errors import EnvironmentMissing
from tests.conftest import ROOT

HOLD = """\
import sys
import docker
from orchestrator.adapters.docker_lock import only_one_run
from orchestrator.errors import EnvironmentMissing
try:
    with only_one_run(docker.from_env()):
        print("held", flush=True)
        sys.stdin.read()
except EnvironmentMissing as refused:
    print(f"refused: {refused}", flush=True)
"""


@contextmanager
def holder(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A process that holds the lock until its input ends, and its first line of output."""
    folder.mkdir(exist_ok=True)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD],
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline().strip()
        finally:
            process.kill()


def locks() -> list[str]:
    found = docker.from_env().containers.list(all=True, filters={"name": f"^/{NAME}$"})
    return [str(lock.name) for lock in found]


def test_a_second_run_is_refused_until_the_first_ends(
    tmp_path: Path,
) -> None:
    with holder(tmp_path / "one") as (first, said):
        assert said == "held"
        with holder(tmp_path / "two") as (_, second_said):
            assert second_said.startswith(f"refused: another run of the lab (process {first.pid}")
            assert "wait for it or stop it" in second_said
        first.communicate("")
        assert first.returncode == 0
        assert locks() == []
        with holder(tmp_path / "two") as (third, third_said):
            assert third_said == "held"
            third.communicate("")


def test_a_killed_run_does_not_hold_the_lock(tmp_path: Path) -> None:
    with holder(tmp_path) as (first, said):
        assert said == "held"
        first.kill()
        first.wait()
        with holder(tmp_path) as (second, second_said):
            assert second_said == "held"
            second.communicate("")
    assert locks() == []


@contextmanager
def lock_with(labels: dict[str, str]) -> Iterator[None]:
    client = docker.from_env()
    with only_one_run(client):
        pass  # so the image exists, and nothing measures
    lock = client.containers.create(IMAGE, ["lock"], name=NAME, labels=labels)
    try:
        yield
    finally:
        lock.remove()


def test_the_lock_of_another_host_is_an_error_with_a_remedy() -> None:
    elsewhere = msgspec.structs.replace(Owner.me(), boot="another", host="elsewhere", pid=7)
    with (
        lock_with({OWNER: elsewhere.encoded()}),
        pytest.raises(EnvironmentMissing, match=r"process 7 of .* on elsewhere.*docker rm"),
        only_one_run(docker.from_env()),
    ):
        pass


def test_another_container_with_the_locks_name_is_an_error() -> None:
    with (
        lock_with({}),
        pytest.raises(EnvironmentMissing, match="not the lab's lock"),
        only_one_run(docker.from_env()),
    ):
        pass
