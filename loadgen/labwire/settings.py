"""The settings of one trial's load, which the host gives the master on its command line."""

from __future__ import annotations

from dataclasses import dataclass, fields
from itertools import pairwise
from math import isfinite
from typing import Any

import msgspec

from labwire.protocol import VERSION, check_version

LONGEST_TIMEOUT_S = 50
"""Histograms end at a minute, and a timeout may be noticed a little late."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RampSettings:
    """One trial's load. Times in seconds.

    Raises:
        ValueError: the load is impossible; names the wrong member.
    """

    users: tuple[int, ...]
    """Users of each step, ascending."""
    step_s: float
    settle_s: float
    duration_s: float
    """Of all phases except the open loop; the hold takes what ramp and settle leave. A disturbed
    hold is measured again, which takes as long once more."""
    connect_timeout_s: float
    request_timeout_s: float
    open_s: float = 0.0
    """How long each arrival rate of the open loop lasts."""
    open_shares: tuple[float, ...] = ()
    """Arrival rates as shares of the hold's rate."""
    open_rate: float | None = None
    """Another arrival rate, in requests/s: the common rate at which frameworks are compared."""
    open_users: int | None = None
    """Connections at the common rate; None means as many as the hold had."""
    server_cpu: int | None = None
    """The server's CPU, if it is one of the master's host; what is stolen from it is recorded."""
    load_cpus: tuple[int, ...] = ()
    """The workers' CPUs; the same is recorded for them."""
    commanded: bool = False
    """The host says when each step begins and how long it lasts (`labwire.command`). Each step has
    the first number of users, on connections of its own; the other times do not apply."""

    def __post_init__(self) -> None:
        if not self.users or self.users[0] < 1:
            raise ValueError("users: at least one step of at least one user is needed")
        if any(later <= earlier for earlier, later in pairwise(self.users)):
            raise ValueError("users: each step must have more users than the one before")
        for name in ("settle_s", "open_s"):
            if not getattr(self, name) >= 0 or not isfinite(getattr(self, name)):
                raise ValueError(f"{name}: must be 0 or more, and finite")
        rates = [rate for rate in (*self.open_shares, self.open_rate) if rate is not None]
        if not all(rate > 0 and isfinite(rate) for rate in rates):
            raise ValueError("open_shares, open_rate: must be greater than 0, and finite")
        if self.open_users is not None and self.open_users < 1:
            raise ValueError("open_users: at least one is needed")
        for name in ("step_s", "duration_s", "connect_timeout_s", "request_timeout_s"):
            if not getattr(self, name) > 0 or not isfinite(getattr(self, name)):
                raise ValueError(f"{name}: must be greater than 0, and finite")
        if self.request_timeout_s > LONGEST_TIMEOUT_S:
            raise ValueError(f"request_timeout_s: must not exceed {LONGEST_TIMEOUT_S}")


def encode(settings: RampSettings) -> str:
    """The settings as one JSON object, with the version of the protocol."""
    return msgspec.json.encode({"lab": VERSION, **msgspec.to_builtins(settings)}).decode()


def decode(text: str) -> RampSettings:
    """The settings in a text that `encode` made.

    Raises:
        VersionError: the host uses another version of the protocol.
        ValueError: the text is wrong; says how.
    """
    document = msgspec.json.decode(text, type=dict[str, Any])
    check_version("the lab that gives these settings", document.pop("lab", None))
    names = [field.name for field in fields(RampSettings)]
    if unknown := sorted(document.keys() - set(names)):
        raise ValueError(f"unknown members: {', '.join(unknown)}; known are {', '.join(names)}")
    return msgspec.convert(document, RampSettings)
