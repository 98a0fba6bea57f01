"""A trial's settings travel from host to master, or are refused with the reason."""

import json
from typing import Any

import pytest

from labwire.protocol import VERSION, VersionError
from labwire.settings import RampSettings, decode, encode

GOOD = {
    "lab": VERSION,
    "users": [8, 16],
    "step_s": 1,
    "settle_s": 0.5,
    "duration_s": 3,
    "connect_timeout_s": 3,
    "request_timeout_s": 5,
    "open_s": 2,
    "open_shares": [0.5],
    "open_rate": None,
    "open_users": None,
}


SETTINGS: dict[str, Any] = {
    "users": (8, 16),
    "step_s": 1.0,
    "settle_s": 0.5,
    "duration_s": 3.0,
    "connect_timeout_s": 3.0,
    "request_timeout_s": 5.0,
    "open_s": 2.0,
    "open_shares": (0.5,),
}


def test_settings_are_read_from_json() -> None:
    settings = decode(json.dumps(GOOD))
    assert settings == RampSettings(**SETTINGS)
    assert decode(encode(settings)) == settings


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"users": []}, "at least one step"),
        ({"users": [0, 1]}, "at least one user"),
        ({"users": [8, 8]}, "more users"),
        ({"users": [8, 9.5]}, r"Expected `int`, got `float` - at `\$.users\[1\]`"),
        ({"users": 8}, r"Expected `array`, got `int` - at `\$.users`"),
        ({"step_s": 0}, "step_s: must be greater"),
        ({"settle_s": -1}, "settle_s: must be 0 or more"),
        ({"request_timeout_s": 60}, "request_timeout_s: must not exceed"),
        ({"duration_s": "3"}, r"Expected `float`, got `str` - at `\$.duration_s`"),
        ({"surprise": 1}, "unknown members: surprise; known are users, step_s, "),
        ({"open_s": -1}, "open_s: must be 0 or more"),
        ({"open_rate": 0}, "must be greater than 0"),
        ({"open_users": 0}, "open_users: at least one is needed"),
        ({"open_users": 1.5}, "Expected `int | null`, got `float`"),
        ({"open_shares": [0.5, 0]}, "must be greater than 0"),
        ({"open_shares": 0.5}, "Expected `array`, got `float`"),
        ({"open_s": None}, "Expected `float`, got `null`"),
    ],
)
def test_wrong_settings_are_refused_with_the_reason(
    change: dict[str, object], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        decode(json.dumps(GOOD | change))


@pytest.mark.parametrize("name", ["step_s", "duration_s", "open_rate", "open_s"])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_endless_numbers_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=name):
        RampSettings(**{**SETTINGS, name: value})
    with pytest.raises(ValueError, match="JSON is malformed"):
        decode(json.dumps(GOOD | {name: value}))


@pytest.mark.parametrize("text", ["", "[]", "null", "{", "1e999"])
def test_what_are_no_settings_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode(text)


@pytest.mark.parametrize(
    ("version", "said"),
    [(1, "version 1"), (VERSION + 1, f"version {VERSION + 1}"), (None, "no version")],
)
def test_settings_of_another_version_are_refused_whatever_is_in_them(
    version: int | None, said: str
) -> None:
    with pytest.raises(VersionError) as refused:
        decode(json.dumps({"lab": version, "users": "many"}))
    assert str(refused.value) == (
        f"the lab that gives these settings names {said} of the lab's protocol, which has version "
        f"{VERSION} here: rebuild the image of the load generator: `make images`, or `docker "
        "compose build locust`"
    )
