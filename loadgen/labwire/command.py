"""What the host tells a commanded load: a line on the master's stdin for each step."""

from __future__ import annotations

from math import isfinite


def encode(seconds: float) -> str:
    """The command to begin a step of this length, as a line without the line break."""
    return repr(float(seconds))


def decode(line: str) -> float:
    """The seconds of the next step.

    Raises:
        ValueError: it is not a number of seconds greater than 0.
    """
    try:
        seconds = float(line)
    except ValueError:
        seconds = 0.0
    if not seconds > 0 or not isfinite(seconds):
        raise ValueError(f"a step of {line.strip()[:40]!r} seconds")
    return seconds
