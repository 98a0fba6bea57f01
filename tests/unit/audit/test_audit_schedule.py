"""Compares the formula for a schedule's ceiling with a simulation, user by user."""

import random

import pytest

from orchestrator.audit.schedule import most_requests, user_seconds
from orchestrator.model.published import OfferedLoad


def offered(users: int, rate: float, seconds: float, least: float, most: float) -> OfferedLoad:
    return OfferedLoad(
        users=users, spawn_rate=rate, duration_s=seconds, think_min_s=least, think_max_s=most
    )


def played(load: OfferedLoad, seed: int) -> int:
    """Simulate the requests of users who get every answer at once."""
    rng = random.Random(seed)
    asked = 0
    for user in range(load.users):
        now = user / load.spawn_rate
        while now < load.duration_s:
            asked += 1
            now += rng.uniform(load.think_min_s, load.think_max_s)
    return asked


@pytest.mark.parametrize(
    "load",
    [
        offered(4_000, 500, 60, 5, 15),  # 2019, on one machine
        offered(10_000, 100, 60, 5, 15),  # 2019, remote: only 6,000 of the users start in time
        offered(3_000, 100, 120, 5, 15),  # 2019, the command in its README
        offered(1_000, 50, 30, 0, 2),
        offered(2_000, 1_000, 4, 5, 15),  # over before any user makes a second request
    ],
)
def test_the_formula_is_within_two_percent_of_the_schedule(load: OfferedLoad) -> None:
    assert most_requests(load) == pytest.approx(played(load, 2019), rel=0.02)


def test_without_think_time_there_is_no_ceiling() -> None:
    assert most_requests(offered(8, 8, 60, 0, 0)) == float("inf")


def test_users_count_from_their_start() -> None:
    assert user_seconds(offered(3, 1, 10, 0, 0)) == 10 + 9 + 8
    assert user_seconds(offered(30, 1, 3, 0, 0)) == 3 + 2 + 1
