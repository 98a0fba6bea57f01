"""The profiles, and how one is fitted to a run's settings, its host and its client. Pure."""

from __future__ import annotations

from dataclasses import replace

from labwire.client import Client
from orchestrator.model.settings import Profile, Settings

# Open files that a Locust worker needs beside its users' connections.
SPARE_FILES = 128

# The open loop's arrival rates: shares of what the hold found, and one that all entries share.
# The kernel sends a connection request that nobody answered again after a second (RFC 6298): with a
# timeout of about that, it is chance whether the second try is an answer or a drop.
TIMEOUT_LEAST_S = 1.3
OPEN_SHARES = (0.25, 0.5, 0.75)
OPEN_RATE = 250.0
# Where a profile without an open loop is asked for one, each rate gets this part of the trial.
OPEN_PART, OPEN_LEAST_S = 1 / 12, 1.0
# On a host with one CPU the common rate is what compares: 2,500 requests for a p99 and for seconds
# of CPU time, over as few connections as the ramp begins with.
NANODE, NANODE_OPEN_S, NANODE_CONNECTIONS = "nanode", 10.0, 8

PROFILES = {
    profile.name: profile
    for profile in (
        # The protocol of 2019: two minutes, the request timeout within a step.
        Profile(
            name="standard",
            duration_s=120.0,
            step_s=6.0,
            settle_s=6.0,
            users=(8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192),
            connect_timeout_s=3.0,
            request_timeout_s=5.0,
            open_s=6.0,
            open_shares=OPEN_SHARES,
            open_rate=OPEN_RATE,
        ),
        Profile(
            name="quick",
            duration_s=12.0,
            step_s=1.5,
            settle_s=1.5,
            users=(8, 64, 512, 2048),
            connect_timeout_s=TIMEOUT_LEAST_S,
            request_timeout_s=TIMEOUT_LEAST_S,
        ),
        Profile(
            name="smoke",
            duration_s=3.0,
            step_s=0.5,
            settle_s=0.5,
            users=(4, 16, 64),
            connect_timeout_s=0.4,
            request_timeout_s=0.4,
        ),
        # For 1 vCPU and 1 GB: server and Locust share the CPU, so the rate of the closed loop is
        # about the two together, and its ramp is short.
        Profile(
            name=NANODE,
            duration_s=10.0,
            step_s=1.5,
            settle_s=1.5,
            users=(8, 64, 512),
            connect_timeout_s=TIMEOUT_LEAST_S,
            request_timeout_s=TIMEOUT_LEAST_S,
            open_s=NANODE_OPEN_S,
            open_rate=OPEN_RATE,
            open_users=NANODE_CONNECTIONS,
            by_cost=True,
        ),
    )
}


def wished(settings: Settings) -> Profile:
    """The profile as the settings ask for it, before it is fitted to host and client."""
    profile = PROFILES[settings.profile]
    if settings.duration_s is not None:
        factor = settings.duration_s / profile.duration_s
        shorter = min(1.0, factor)  # a longer step needs no longer timeout to outlast it
        profile = replace(
            profile,
            duration_s=settings.duration_s,
            step_s=profile.step_s * factor,
            settle_s=profile.settle_s * factor,
            connect_timeout_s=_timeout(profile.connect_timeout_s, shorter, profile.step_s * factor),
            request_timeout_s=_timeout(profile.request_timeout_s, shorter, profile.step_s * factor),
            open_s=profile.open_s * factor,
        )
    profile = _with_open_loop(profile, settings)
    return _at_most(profile, settings.max_users)


def _timeout(seconds: float, factor: float, step_s: float) -> float:
    """A timeout in a shorter trial: beyond the kernel's second try where the step outlasts that."""
    least = min(seconds, TIMEOUT_LEAST_S) if step_s > TIMEOUT_LEAST_S else 0.0
    return max(seconds * factor, least)


def _with_open_loop(profile: Profile, settings: Settings) -> Profile:
    if settings.open_loop is False or not Client(settings.client).has_open_loop:
        return replace(profile, open_s=0.0, open_shares=(), open_rate=None, open_users=None)
    if not profile.open_s and not asks_for_open_loop(settings):
        return profile
    return replace(
        profile,
        open_s=profile.open_s or max(OPEN_LEAST_S, profile.duration_s * OPEN_PART),
        open_shares=profile.open_shares if profile.open_s else OPEN_SHARES,
        open_rate=OPEN_RATE if settings.rate is None else settings.rate,
    )


def asks_for_open_loop(settings: Settings) -> bool:
    """Whether a person wants an open loop, whatever the profile has."""
    return settings.open_loop is True or settings.rate is not None


def scaled(settings: Settings, nofile: int, workers: int) -> Profile:
    """The profile as this run will use it, fitted to settings, host and client."""
    profile = _at_most(wished(settings), max(1, nofile - SPARE_FILES))
    return _at_most(profile, Client(settings.client).most_users(workers))


def _at_most(profile: Profile, users: int | None) -> Profile:
    if users is None or users >= profile.users[-1]:
        return profile
    return replace(
        profile,
        users=(*(n for n in profile.users if n < users), users),
        open_users=None if profile.open_users is None else min(profile.open_users, users),
    )
