"""All services at once on one CPU: what each used for a request, launch by launch."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.model.trial import TrialPhase
from orchestrator.words import Name

REFERENCE = "reference"
"""The bare server that takes part in every slice, so that runs can be compared through it."""
LOAD = "load"
"""``LeftOut.service`` of a failure that is not a server's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TogetherLaunch:
    """New containers of all services and of the reference, and what was measured of them.

    ``seed``: Python's hash seed, the same in all. ``order``: in which the containers started.
    ``at_s``: seconds from the first launch to the end of this one. ``slices``: of each slice, the
    CPU time for a request of each server, in microseconds. ``lasted``: the longest duration of a
    slice, as a multiple of the planned one; ``idle``: the least share of a slice in which the load
    had nothing to do; None in older records. ``user_s``, ``system_s``: CPU seconds of each server
    in all slices together, in its program and in the kernel; without servers for which the host
    does not tell them apart, and empty in older records.
    """

    seed: int
    order: tuple[Name, ...]
    at_s: float
    slices: tuple[dict[Name, float], ...]
    lasted: float | None = None
    idle: float | None = None
    user_s: dict[Name, float] = field(default_factory=dict)
    system_s: dict[Name, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A service that could not take part, and why."""

    service: Name
    phase: TrialPhase
    reason: str
    log_tail: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Together:
    """What launches of one workload showed.

    ``services``: those that took part to the end, without the reference. ``rate``: requests/s of
    all servers together; ``requests``: for each server in a slice. Both are found anew when a
    service is left out, and None before the next launch. ``failed_once``: servers whose requests
    failed in a launch that does not count and was made again, and why.
    """

    workload: Name
    services: tuple[Name, ...]
    rate: float | None = None
    requests: int | None = None
    launches: tuple[TogetherLaunch, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    failed_once: tuple[LeftOut, ...] = ()
