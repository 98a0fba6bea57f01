"""Waiting until a companion is healthy: its own check is asked again and again, never for ever."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep, time

from orchestrator.errors import TrialFailed
from orchestrator.words import line

POLL_S = 0.1
SAID = 300
"""Characters of what a check said that a reason has."""

Ask = Callable[[float], tuple[bool, str]]
"""Within so many seconds: whether the check ended well, and what it said."""


def awaited(ask: Ask, running: Callable[[], bool], within_s: float) -> float:
    """Unix seconds at which the check first ended well.

    Args:
        running: whether the container still runs.

    Raises:
        TrialFailed: it did not in time, or the container ended.
    """
    end = monotonic() + within_s
    while True:
        well, said = ask(max(end - monotonic(), POLL_S))
        if well:
            return time()
        if not running():
            raise TrialFailed("it ended before it was healthy")
        if monotonic() >= end:
            told = f": its healthcheck says {line(said.strip(), SAID)}" if said.strip() else ""
            raise TrialFailed(f"it was not healthy within {within_s:g} s{told}")
        sleep(POLL_S)
