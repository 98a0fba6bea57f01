"""A public HTTP API that answers in JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import requests

from orchestrator import __version__

T = TypeVar("T")
TRIES = 2


class ApiFailed(Exception):
    """An API did not tell; ``reached`` says whether it answered at all."""

    def __init__(self, reason: str, *, reached: bool) -> None:
        self.reached = reached
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Where an API is, and how long to wait for it (seconds, to connect and between bytes)."""

    name: str
    base: str
    timeout_s: tuple[float, float] = (5.0, 15.0)


def get_json(api: Api, path: str, kind: type[T], headers: dict[str, str]) -> T:
    """The answer as ``kind``; tries again once where nobody answered or the server broke.

    Raises:
        ApiFailed: no answer, another status than 200, or something else than ``kind``.
    """
    headers = {"User-Agent": f"weblab/{__version__}", **headers}
    url = f"{api.base.rstrip('/')}/{path}"
    for left in reversed(range(TRIES)):
        try:
            answer = requests.get(url, headers=headers, timeout=api.timeout_s)
        except requests.RequestException as error:
            if not left:
                raise ApiFailed(
                    f"could not be reached ({_reason(error)})", reached=False
                ) from error
            continue
        if answer.status_code < 500 or not left:
            return _typed(answer, kind)
    raise AssertionError("the last try returns or raises")


def _typed(answer: requests.Response, kind: type[T]) -> T:
    if answer.status_code != 200:
        raise ApiFailed(_refused(answer), reached=True)
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError as error:
        raise ApiFailed(f"answered something else than expected ({error})", reached=True) from error


def _refused(answer: requests.Response) -> str:
    if answer.status_code in {403, 429} and answer.headers.get("X-RateLimit-Remaining") == "0":
        reset = answer.headers.get("X-RateLimit-Reset", "")
        until = (
            f" until {datetime.fromtimestamp(int(reset), UTC):%H:%M} UTC"
            if reset.isdecimal()
            else ""
        )
        return f"answers no more requests from here{until}; set GITHUB_TOKEN, or wait"
    return f"answered {answer.status_code} {answer.reason}"


def _reason(error: requests.RequestException) -> str:
    """In a word: requests' own text repeats the address and the object's place in memory."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    text = str(error)
    told = (("resolve", "unknown host name"), ("refused", "connection refused"))
    return next((say for part, say in told if part in text), type(error).__name__)
