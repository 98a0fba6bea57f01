"""A profile is adapted to the options, the host and the client."""

from typing import Any

import pytest

from labwire.client import Client
from orchestrator.profiles import PROFILES, scaled, wished
from tests.unit.examples import settings

STANDARD_USERS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


def test_without_options_a_profile_is_used_unchanged() -> None:
    assert scaled(settings(profile="standard"), 999_999, 1) == PROFILES["standard"]


def test_another_duration_scales_steps_and_timeouts_alike() -> None:
    profile = scaled(settings(profile="standard", duration_s=60.0), 999_999, 1)
    assert (
        profile.duration_s,
        profile.step_s,
        profile.settle_s,
        profile.connect_timeout_s,
        profile.request_timeout_s,
        profile.users,
    ) == (60.0, 3.0, 3.0, 1.5, 2.5, STANDARD_USERS)


@pytest.mark.parametrize(
    ("duration_s", "timeouts"),
    [(120.0, (3.0, 5.0)), (60.0, (1.5, 2.5)), (40.0, (1.3, 5 / 3)), (20.0, (0.5, 5 / 6))],
)
def test_a_shorter_trial_still_allows_a_second_syn_if_steps_are_long_enough(
    duration_s: float, timeouts: tuple[float, float]
) -> None:
    profile = wished(settings(profile="standard", duration_s=duration_s))
    assert (profile.connect_timeout_s, profile.request_timeout_s) == pytest.approx(timeouts)
    assert profile.step_s > profile.request_timeout_s


def test_a_longer_duration_needs_no_longer_timeouts() -> None:
    profile = scaled(settings(profile="standard", duration_s=1200.0), 999_999, 1)
    assert (profile.step_s, profile.connect_timeout_s, profile.request_timeout_s) == (60.0, 3, 5)


@pytest.mark.parametrize(
    ("max_users", "nofile", "users"),
    [
        pytest.param(64, 999_999, (8, 16, 32, 64), id="a step of the profile"),
        pytest.param(100, 999_999, (8, 16, 32, 64, 100), id="the last step is what was wished"),
        pytest.param(3, 999_999, (3,), id="fewer than the first step"),
        pytest.param(None, 1024 + 128, (8, 16, 32, 64, 128, 256, 512, 1024), id="by open files"),
        pytest.param(None, 1024 + 127, (8, 16, 32, 64, 128, 256, 512, 1023), id="one file too few"),
        pytest.param(600, 300, (8, 16, 32, 64, 128, 172), id="the lower of both"),
        pytest.param(None, 100, (1,), id="hardly any open files"),
    ],
)
def test_users_are_limited_by_the_host(
    max_users: int | None, nofile: int, users: tuple[int, ...]
) -> None:
    assert scaled(settings(profile="standard", max_users=max_users), nofile, 1).users == users


@pytest.mark.parametrize(
    ("client", "workers", "last"),
    [("fasthttp", 1, 900), ("fasthttp", 3, 2_700), ("http", 1, 8_192), ("engine", 1, 8_192)],
)
def test_the_ramp_ends_at_the_clients_limit(client: str, workers: int, last: int) -> None:
    asked = settings(profile="standard", client=client)
    assert scaled(asked, 999_999, workers).users[-1] == last
    assert wished(asked).users == STANDARD_USERS


def test_fasthttp_alone_has_a_limit_of_users() -> None:
    assert [client.most_users(2) for client in Client] == [None, 1_800, None]


SHARES = (0.25, 0.5, 0.75)


@pytest.mark.parametrize(
    ("asked", "open_s", "shares", "rate"),
    [
        pytest.param({"profile": "standard"}, 6.0, SHARES, 250.0, id="as the profile has it"),
        pytest.param({"profile": "standard", "open_loop": True}, 6.0, SHARES, 250.0, id="asked"),
        pytest.param({"profile": "standard", "duration_s": 60.0}, 3.0, SHARES, 250.0, id="half"),
        pytest.param({"profile": "standard", "open_loop": False}, 0.0, (), None, id="refused"),
        pytest.param({"profile": "standard", "rate": 9.5}, 6.0, SHARES, 9.5, id="its own rate"),
        pytest.param({"profile": "standard", "client": "http"}, 0.0, (), None, id="stock client"),
        pytest.param({"profile": "quick"}, 0.0, (), None, id="quick has none"),
        pytest.param({"profile": "smoke"}, 0.0, (), None, id="smoke has none"),
        pytest.param({"profile": "quick", "open_loop": True}, 1.0, SHARES, 250.0, id="a twelfth"),
        pytest.param(
            {"profile": "quick", "open_loop": True, "duration_s": 60.0},
            5.0,
            SHARES,
            250.0,
            id="a twelfth of what was asked",
        ),
        pytest.param({"profile": "smoke", "open_loop": True}, 1.0, SHARES, 250.0, id="a second"),
        pytest.param({"profile": "smoke", "rate": 400.0}, 1.0, SHARES, 400.0, id="a rate asks"),
        pytest.param({"profile": "nanode"}, 10.0, (), 250.0, id="the common rate alone"),
        pytest.param({"profile": "nanode", "rate": 90.0}, 10.0, (), 90.0, id="another one"),
        pytest.param({"profile": "nanode", "open_loop": False}, 0.0, (), None, id="nor that"),
    ],
)
def test_the_open_loop(
    asked: dict[str, Any], open_s: float, shares: tuple[float, ...], rate: float | None
) -> None:
    profile = scaled(settings(**asked), 999_999, 1)
    assert (profile.open_s, profile.open_shares, profile.open_rate) == (open_s, shares, rate)


def test_the_load_of_a_trial_lasts_as_long_as_both_loops() -> None:
    assert [profile.load_s for profile in PROFILES.values()] == [144.0, 12.0, 3.0, 20.0]


@pytest.mark.parametrize(("most", "connections"), [(None, 8), (8, 8), (5, 5)])
def test_the_connections_of_the_common_rate_are_never_more_than_the_users(
    most: int | None, connections: int
) -> None:
    profile = scaled(settings(profile="nanode", max_users=most), 999_999, 1)
    assert profile.open_users == connections
