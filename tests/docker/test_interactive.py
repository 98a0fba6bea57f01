"""`docker compose up flask locust`, as a person would, and the refusal of two frameworks."""

from __future__ import annotations

import json
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters.docker_engine import DockerEngine

ROOT = Path(__file__).parents[2]
PAGE = "http://127.0.0.1:8089"


def compose(*words: str, check: bool = True) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["docker", "compose", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=check,
    )


@pytest.fixture
def clean(engine: DockerEngine) -> Iterator[None]:
    for service in ("flask", "starlette", "locust"):
        engine.build(service)
    yield
    compose("down", "--timeout", "5")
    mine: dict[str, str | list[str] | bool] = {"label": "com.docker.compose.project=weblab"}
    assert docker.from_env().containers.list(all=True, ignore_removed=True, filters=mine) == []


def stats() -> dict[str, Any] | None:
    """The page's numbers; None while it does not answer yet."""
    try:
        with urllib.request.urlopen(f"{PAGE}/stats/requests", timeout=5) as response:
            found: dict[str, Any] = json.load(response)
            return found
    except (urllib.error.URLError, ConnectionError):
        return None


def test_the_page_shows_the_framework_that_was_named(clean: None) -> None:
    compose("up", "--detach", "flask", "locust")
    deadline = time.monotonic() + 60
    seen: dict[str, Any] | None = None
    while time.monotonic() < deadline:
        seen = stats()
        if seen and any(row["name"] == "/json" and row["num_requests"] for row in seen["stats"]):
            break
        time.sleep(0.2)
    assert seen is not None, compose("logs").stdout
    (row,) = [row for row in seen["stats"] if row["name"] == "/json"]
    assert row["num_requests"] > 0
    assert row["num_failures"] == 0
    assert seen["user_count"] > 0
    assert [worker["state"] for worker in seen["workers"]] == ["running"]
    with urllib.request.urlopen(PAGE, timeout=5) as page:
        assert b"Locust" in page.read()


def test_two_frameworks_at_once_are_refused(clean: None) -> None:
    done = compose("up", "--detach", "flask", "starlette", "locust", check=False)
    assert done.returncode != 0
    said = compose("logs", "one-framework-at-a-time").stdout
    assert "2 frameworks are up" in said
    assert "weblab-flask-1" in said
    assert "weblab-starlette-1" in said
    running = {c.name for c in docker.from_env().containers.list(ignore_removed=True)}
    assert "weblab-locust-1" not in running


def test_no_framework_is_refused_with_what_to_do(clean: None) -> None:
    done = compose("up", "--detach", "locust", check=False)
    assert done.returncode != 0
    said = compose("logs", "one-framework-at-a-time").stdout
    assert "docker compose up flask locust" in said
