"""The ways of judging a body. Each is a function from the body to what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from functools import lru_cache

from labwire import json_value
from labwire.exchange import JudgedBy, RightAnswer

SHOWN = 200
"""Bytes of a wrong body that a reason shows."""

Check = Callable[[bytes], str | None]
"""What is wrong with a body, in words; None if it is right."""
CHECKS_KEPT = 4_096
"""Checks that are prepared once for all loads: more than a mix has requests. To compile a pattern
of a kilobyte takes half a millisecond."""


@lru_cache(maxsize=CHECKS_KEPT)
def check(right: RightAnswer) -> Check:
    """How bodies are judged by this answer. What needs preparing is prepared once, here.

    Raises:
        ValueError: the right answer is not one: invalid JSON, or an invalid pattern.
    """
    return _CHECKS[right.judged_by](right)


def _by_bytes(right: RightAnswer) -> Check:
    wanted = right.body

    def wrong(body: bytes) -> str | None:
        if body == wanted:
            return None
        return (
            f"body of {len(body)} bytes is not the contract's {len(wanted)} bytes: {_shown(body)}"
        )

    return wrong


def _by_json(right: RightAnswer) -> Check:
    wanted = json_value.canonical(json_value.parsed(right.body))

    def wrong(body: bytes) -> str | None:
        try:
            found = json_value.parsed(body)
            # Made and compared in C. Only what differs is looked at value by value.
            if json_value.canonical(found) == wanted:
                return None
            told = json_value.difference(found, json_value.parsed(wanted))
        except ValueError as error:
            return f"the body is not JSON ({error}): {_shown(body)}"
        return None if told is None else f"{told}: {_shown(body)}"

    return wrong


def _by_pattern(right: RightAnswer) -> Check:
    try:
        pattern = re.compile(right.body, re.DOTALL)
    except re.error as error:
        raise ValueError(f"the pattern is not a regular expression: {error}") from error

    def wrong(body: bytes) -> str | None:
        if pattern.fullmatch(body):
            return None
        told = f"body of {len(body)} bytes does not match the contract's pattern"
        if (missing := _missing(right.body, body)) is not None:
            told += f", whose part {_shown(missing)} is nowhere in it"
        return f"{told}: {_shown(body)}"

    return wrong


def _missing(pattern: bytes, body: bytes) -> bytes | None:
    """The first part of the pattern between ``.*`` that does not occur; None if that is not why.

    With flags or alternatives a part alone does not mean what it means in the pattern.
    """
    if b"(?" in pattern or b"|" in pattern:
        return None
    for part in pattern.split(b".*"):
        try:
            if re.search(part, body, re.DOTALL) is None:
                return part
        except re.error:  # a part of a group is no pattern by itself
            return None
    return None


def _by_digest(right: RightAnswer) -> Check:
    wanted, size = right.body.decode("ascii"), right.size

    def wrong(body: bytes) -> str | None:
        found = hashlib.sha256(body).hexdigest()
        if (len(body), found) == (size, wanted):
            return None
        return (
            f"body of {len(body)} bytes with the SHA-256 {found}, not {size} with {wanted}: "
            f"{_shown(body)}"
        )

    return wrong


def _by_status(_: RightAnswer) -> Check:
    return lambda _: None


_CHECKS: dict[JudgedBy, Callable[[RightAnswer], Check]] = {
    JudgedBy.BYTES: _by_bytes,
    JudgedBy.JSON: _by_json,
    JudgedBy.PATTERN: _by_pattern,
    JudgedBy.DIGEST: _by_digest,
    JudgedBy.STATUS: _by_status,
}


def _shown(body: bytes) -> str:
    return repr(body[:SHOWN].decode(errors="replace"))
