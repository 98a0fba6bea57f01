"""Slices of load on command: what the host asks of the lab's client alone, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Served:
    """What one server did in a slice.

    ``requests``: those that ended, in success or failure. ``failures``: kind -> count, without
    zeros. ``completed``: successes that ended within the slice's duration. ``histogram``: latencies
    of all successes, HdrHistogram V2 (base64), in microseconds.
    """

    requests: int
    failures: dict[str, int]
    completed: int
    connects: int
    histogram: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """A slice of load, after its last answer has come.

    ``servers``: those that were loaded, in the order in which they were aimed at. ``idle``: share
    of the time in which the client had nothing to do.
    """

    servers: tuple[Served, ...]
    duration_s: float
    idle: float
