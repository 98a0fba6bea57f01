"""Rule ``schedule-ceiling``: finds rates that the load's schedule set, not the server."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from orchestrator.audit.row import ResultRow, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.limit import Limit
from orchestrator.model.published import OfferedLoad

NEAR = 0.9
"""Share of the most requests that the schedule can make. From this share on, answers take at most a
ninth of the think time. The three fastest rows of 2019's local run have 95 to 97 %."""


@cache
def user_seconds(load: OfferedLoad) -> float:
    """The sum of the seconds during which each user was running."""
    return sum(_alive_s(load))


@cache
def most_requests(load: OfferedLoad) -> float:
    """The expected number of requests if every answer comes at once.

    A user who has been running for ``a`` seconds has made one request at the start and one after
    each think time. That is 1 + m(a), with the renewal function m(a) ~ a/mu + (sigma^2 - mu^2) / (2
    mu^2) for gaps of mean mu and variance sigma^2 (W. Feller, An Introduction to Probability Theory
    and Its Applications, vol. II, section XI.3). Until the shortest gap has passed, m is 0. After
    that the approximation is off by less than a tenth of a request, for gaps of 5 to 15 s.
    """
    mean = (load.think_min_s + load.think_max_s) / 2
    variance = (load.think_max_s - load.think_min_s) ** 2 / 12
    if mean <= 0:
        return float("inf")  # without think time the server alone sets the pace
    constant = (variance - mean**2) / (2 * mean**2)
    return sum(
        1.0 if alive < load.think_min_s else max(1.0, 1 + alive / mean + constant)
        for alive in _alive_s(load)
    )


def _alive_s(load: OfferedLoad) -> Iterator[float]:
    """How long each user runs, in seconds."""
    for index in range(load.users):
        alive = load.duration_s - index / load.spawn_rate
        if alive <= 0:
            return
        yield alive


def schedule_ceiling(row: ResultRow, load: OfferedLoad) -> Iterator[Finding]:
    """Compare the total, or else the rate, with ``most_requests``.

    If it is near, the schedule was the limit. If it is far above, the load was another one, or the
    number is wrong.
    """
    if row.limited_by == Limit.SERVER_CPU:
        return
    most = most_requests(load)
    for unit, seen, ceiling in (
        ("requests", row.requests, most),
        ("requests/s", row.rps, most / load.duration_s),
    ):
        if seen is None or seen < NEAR * ceiling:
            continue
        meaning = "the schedule was the limit, not the server"
        if seen > (2 - NEAR) * ceiling:
            meaning = "another load was offered, or the number is wrong"
        text = (
            f"{shown(seen)} {unit} are {seen / ceiling:.0%} of the {ceiling:,.0f} that "
            f"{load.users:,} users with {load.think_min_s:g} to {load.think_max_s:g} s of think "
            f"time can ask for: {meaning}."
        )
        yield doubt(row, "schedule-ceiling", seen, ceiling, text)
        return  # total and rate say the same, so one finding is enough
