"""A public HTTP API that answers in JSON."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from typing import TypeVar

import msgspec
import requests

from orchestrator import __version__
from orchestrator.words import line, told
from orchestrator.world.apis import Api, ApiFailed

T = TypeVar("T")
TRIES = 2
MOST_BYTES = 64 * 2**20
"""Longest answer; the longest list of releases has a few MiB."""
PIECE = 2**16
_UNIX = re.compile(r"[0-9]{1,10}")


def get_json(api: Api, path: str, kind: type[T], headers: dict[str, str]) -> T:
    """The answer as ``kind``; tries once more if nobody answers or the server has an error.

    Raises:
        ApiFailed: no answer, an incomplete one within the time limit, another status than 200, or
            content that is not of ``kind``.
    """
    headers = {"User-Agent": f"weblab/{__version__}", **headers}
    url = f"{api.base.rstrip('/')}/{path}"
    for left in reversed(range(TRIES)):
        try:
            status, body = _answer(api, url, headers)
        except requests.RequestException as error:
            if not left:
                raise ApiFailed(
                    f"could not be reached ({_reason(error)})", reached=False
                ) from error
            continue
        if status.status_code < 500 or not left:
            return _typed(status, body, kind)
    raise AssertionError("the last try returns or raises")


def _answer(api: Api, url: str, headers: dict[str, str]) -> tuple[requests.Response, bytes]:
    """The answer's head and its body, which may not exceed ``MOST_BYTES``."""
    until = time.monotonic() + api.whole_s
    with requests.get(url, headers=headers, timeout=api.timeout_s, stream=True) as answer:
        body = bytearray()
        for piece in answer.iter_content(PIECE):
            body += piece
            if time.monotonic() > until:
                raise requests.Timeout
            if len(body) > MOST_BYTES:
                raise ApiFailed(f"answered with more than {MOST_BYTES >> 20} MiB", reached=True)
        return answer, bytes(body)


def _typed(answer: requests.Response, body: bytes, kind: type[T]) -> T:
    if answer.status_code != 200:
        raise ApiFailed(_refused(answer), reached=True)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.MsgspecError as error:
        said = told(error)
    except (ValueError, RecursionError) as error:  # not UTF-8, or nested too deeply
        said = str(error)
    raise ApiFailed(f"gave an answer of unexpected content ({line(said, 200)})", reached=True)


def _refused(answer: requests.Response) -> str:
    if answer.status_code in {403, 429} and answer.headers.get("X-RateLimit-Remaining") == "0":
        reset = answer.headers.get("X-RateLimit-Reset", "")
        until = f" until {_clock(reset)} UTC" if _UNIX.fullmatch(reset) else ""
        return f"accepts no more requests from here{until} (rate limit); set GITHUB_TOKEN, or wait"
    return f"answered {answer.status_code} {line(answer.reason or '', 100)}"


def _clock(unix_s: str) -> str:
    return f"{datetime.fromtimestamp(int(unix_s), UTC):%H:%M}"


def _reason(error: requests.RequestException) -> str:
    """A short reason: the text of requests repeats the URL and has an object's address."""
    if isinstance(error, requests.Timeout):
        return "no answer in time"
    text = str(error)
    told = (("resolve", "unknown host name"), ("refused", "connection refused"))
    return next((say for part, say in told if part in text), type(error).__name__)
