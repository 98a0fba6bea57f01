"""Waits until a companion is healthy: repeats its healthcheck, with a time limit."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep, time

from orchestrator.errors import TrialFailed
from orchestrator.words import line

POLL_S = 0.1
SAID = 300
"""Most characters of a check's output that a failure's reason shows."""

Ask = Callable[[float], tuple[bool, str]]
"""Takes a time limit in seconds; returns whether the check succeeded, and what it printed."""


def awaited(ask: Ask, running: Callable[[], bool], within_s: float) -> float:
    """Repeat the check until it succeeds; return when it did, in unix seconds.

    Each check gets all of the time that is left, so no check runs on beside the next one.

    Args:
        ask: runs the check to its end; raises TrialFailed if the check did not end in time.
        running: whether the container still runs.

    Raises:
        TrialFailed: it did not succeed in time, or the container ended.
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
