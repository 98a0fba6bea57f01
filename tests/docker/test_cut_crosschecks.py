"""`lab crosscheck` whose containers die, or that is interrupted, loses no pair."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters.docker_engine import RUN

ROOT = Path(__file__).parents[2]


@contextmanager
def checking(results: Path) -> Iterator[subprocess.Popen[str]]:
    """A cross-check that goes on until it is ended from outside; some pairs are measured."""
    words = ["crosscheck", "starlette", "--pairs", "1000", "--seconds", "0.1", "--connections", "8"]
    with subprocess.Popen(
        [sys.executable, "-m", "orchestrator", *words, "--results", str(results)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if " pairs, lab / wrk " in line:
                    break
            else:
                pytest.fail("".join(said))
            yield process
        finally:
            process.kill()


def recorded(results: Path) -> Any:
    (path,) = results.glob("crosscheck-*/crosscheck.json")
    return json.loads(path.read_text())


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("-wrk", "wrk ended with exit code 137 while the lab waited for it"),
        ("-locust", "locust ended with exit code 137 while the lab waited for it"),
        ("-starlette", ""),
    ],
)
def test_a_container_that_dies_fails_its_service_and_loses_no_pair(
    tmp_path: Path, name: str, said: str
) -> None:
    with checking(tmp_path) as process:
        (victim,) = (
            container
            for container in docker.from_env().containers.list(filters={"label": RUN})
            if (container.name or "").endswith(name)
        )
        victim.kill()
        process.communicate(timeout=120)
        assert process.returncode == 1
    (check,) = recorded(tmp_path)["services"]
    assert check["reason"].startswith("load: ")
    assert said in check["reason"]
    assert check["pairs"]


def test_an_interrupt_loses_no_pair(tmp_path: Path) -> None:
    with checking(tmp_path) as process:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=120)
        assert process.returncode == 130
    record = recorded(tmp_path)
    assert record["interrupted"]
    (check,) = record["services"]
    assert check["pairs"]
    assert (check["reason"], check["seconds"] > 0) == (None, True)


def test_nothing_is_left_in_the_engine() -> None:
    client = docker.from_env()
    assert client.containers.list(all=True, ignore_removed=True, filters={"label": RUN}) == []
