"""Helpers for the interactive use: `docker compose up flask locust`, and Locust's page."""

from __future__ import annotations

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).parents[2]
PAGE = "http://127.0.0.1:8089"
T = TypeVar("T")
WITHIN_S = 90
"""Seconds after which a test stops waiting."""


def compose(
    *words: str, check: bool = True, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run `docker compose`, with variables such as LAB_USERS in its environment."""
    return subprocess.run(
        ["docker", "compose", *words],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=check,
        env={**os.environ, **environment},
    )


def get(path: str) -> str | None:
    """The page's answer; None while there is none."""
    try:
        with urllib.request.urlopen(f"{PAGE}{path}", timeout=5) as response:
            text: str = response.read().decode()
            return text
    except (urllib.error.URLError, ConnectionError):
        return None


def post(path: str, **form: str) -> None:
    """Press a button of the page."""
    data = "&".join(f"{name}={value}" for name, value in form.items()).encode()
    with urllib.request.urlopen(f"{PAGE}{path}", data=data, timeout=90) as response:
        response.read()


def summary() -> dict[str, Any] | None:
    """The lab's summary; None while the page does not answer."""
    text = get("/lab/summary.json")
    found: dict[str, Any] | None = None if text is None else json.loads(text)
    return found


def summary_when(holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    """Wait for a summary of a test that fulfils this condition, and return it."""
    found: dict[str, Any] | None = _when(
        summary, lambda seen: seen and seen["test"] and holds(seen)
    )
    assert found is not None
    return found


def log_when(text: str) -> str:
    """Wait for this text in the Locust container's log, and return the log."""
    return _when(lambda: compose("logs", "locust").stdout, lambda said: text in said)


def _when(look: Callable[[], T], holds: Callable[[T], Any]) -> T:
    deadline = time.monotonic() + WITHIN_S
    while not holds(seen := look()):
        assert time.monotonic() < deadline, f"{seen}\n{compose('logs').stdout[-3000:]}"
        time.sleep(0.1)
    return seen
