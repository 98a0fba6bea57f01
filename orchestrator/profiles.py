"""The profiles, and how one is adapted to a run's settings, host and client. Pure."""

from __future__ import annotations

from dataclasses import replace

from labwire.client import Client
from orchestrator.model.settings import Profile, Settings

# Open files that a Locust worker needs in addition to its users' connections.
SPARE_FILES = 128

# The kernel repeats an unanswered connection request after one second (RFC 6298). With a timeout of
# about one second, it is a matter of chance whether the second try becomes an answer or a drop.
TIMEOUT_LEAST_S = 1.3
# The open loop's arrival rates: shares of the hold's rate, and one rate that is the same for all
# services (requests/s).
OPEN_SHARES = (0.25, 0.5, 0.75)
OPEN_RATE = 250.0
# If a person wants an open loop and the profile has none, each rate lasts this part of the trial.
OPEN_PART, OPEN_LEAST_S = 1 / 12, 1.0
# On a host with one CPU, services are compared at the common rate: 2,500 requests give a p99 and
# seconds of CPU time. They use as few connections as the first step of the ramp.
NANODE, NANODE_OPEN_S, NANODE_CONNECTIONS = "nanode", 10.0, 8
# Launches of all services at once, of both workloads together. A run of both takes about nine
# minutes; with these, two more. Half a dozen launches fit in, and the factor of Student's t falls
# steeply up to there: 12.7 for two launches, 2.6 for six, 2.3 for ten.
NANODE_TOGETHER_S = 100.0

PROFILES = {
    profile.name: profile
    for profile in (
        # The protocol of 2019: two minutes; the request timeout is shorter than a step.
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
        # For 1 vCPU and 1 GB: server and Locust share the CPU. The closed loop's rate says what the
        # two can do together, so its ramp is short.
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
            together_s=NANODE_TOGETHER_S,
        ),
    )
}

COST = "cost"
"""`lab run --profile cost` is another experiment, `lab cost`: all services at once."""
NAMES = (*PROFILES, COST)
"""What `--profile` takes."""


def wished(settings: Settings) -> Profile:
    """The profile as the settings ask for it, before it is adapted to host and client."""
    profile = PROFILES[settings.profile]
    if settings.duration_s is not None:
        factor = settings.duration_s / profile.duration_s
        # A longer step needs no longer timeouts, and a longer trial no more launches.
        shorter = min(1.0, factor)
        profile = replace(
            profile,
            duration_s=settings.duration_s,
            step_s=profile.step_s * factor,
            settle_s=profile.settle_s * factor,
            connect_timeout_s=_timeout(profile.connect_timeout_s, shorter, profile.step_s * factor),
            request_timeout_s=_timeout(profile.request_timeout_s, shorter, profile.step_s * factor),
            open_s=profile.open_s * factor,
            together_s=profile.together_s * shorter,
        )
    profile = _with_open_loop(profile, settings)
    return _at_most(profile, settings.max_users)


def _timeout(seconds: float, factor: float, step_s: float) -> float:
    """A timeout in a shorter trial; covers the kernel's second try if the step is long enough."""
    least = min(seconds, TIMEOUT_LEAST_S) if step_s > TIMEOUT_LEAST_S else 0.0
    return max(seconds * factor, least)


def _with_open_loop(profile: Profile, settings: Settings) -> Profile:
    if settings.open_loop is False or not Client(settings.client).has_open_loop:
        return replace(
            profile, open_s=0.0, open_shares=(), open_rate=None, open_users=None, together_s=0.0
        )
    if not profile.open_s and not asks_for_open_loop(settings):
        return profile
    return replace(
        profile,
        open_s=profile.open_s or max(OPEN_LEAST_S, profile.duration_s * OPEN_PART),
        open_shares=profile.open_shares if profile.open_s else OPEN_SHARES,
        open_rate=OPEN_RATE if settings.rate is None else settings.rate,
    )


def asks_for_open_loop(settings: Settings) -> bool:
    """Whether the settings ask for an open loop, even if the profile has none."""
    return settings.open_loop is True or settings.rate is not None


def scaled(settings: Settings, nofile: int, workers: int) -> Profile:
    """The profile that this run uses, adapted to settings, host and client."""
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
