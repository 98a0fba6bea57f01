"""Judges a response by the contract: kind and reason of a failure, in the same words everywhere."""

from dataclasses import dataclass
from typing import Protocol

from labwire.body import Check, check
from labwire.exchange import RightAnswer
from labwire.failure import FailureKind
from labwire.response import BODY_LIMIT, ProtocolError, ResponseReader, TruncatedError

WITHOUT_BODY = frozenset((204, 304))
"""Statuses of responses that end with their headers (RFC 9112, 6.3), as all below 200 do."""


class Response(Protocol):
    """The parts of a complete response."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def content_type(self) -> bytes:
        """The Content-Type header in lower case; empty if it is missing."""

    @property
    def body(self) -> bytes:
        """The body without its framing."""


@dataclass(frozen=True, slots=True)
class Complete:
    """A complete response that something other than `ResponseReader` has read."""

    status: int
    content_type: bytes
    body: bytes


def differences(
    response: Response, right: RightAnswer, wrong: Check | None = None
) -> list[tuple[FailureKind, str]]:
    """Every difference between a complete response and the right one: kind and reason.

    Args:
        wrong: what `body.check` made of `right`, if there are many responses to judge.
    """
    found: list[tuple[FailureKind, str]] = []
    if not right.has_status(response.status):
        found.append((FailureKind.BAD_STATUS, f"status {response.status}, not {right.statuses}"))
    if not response.content_type.startswith(right.content_type):
        read, wanted = _text(response.content_type), _text(right.content_type)
        found.append((FailureKind.BAD_BODY, f"content type {read!r}, not {wanted!r}"))
    if words := (wrong or check(right))(response.body):
        found.append((FailureKind.BAD_BODY, words))
    return found


def refusal(
    error: ProtocolError, response: ResponseReader, right: RightAnswer
) -> tuple[FailureKind, str]:
    """Kind and reason for a response that could not be read to its end."""
    if isinstance(error, TruncatedError):
        return FailureKind.EOF, str(error)
    if right.has_status(response.status):
        return FailureKind.BAD_BODY, f"invalid HTTP: {error}"
    if response.status:
        return FailureKind.BAD_STATUS, f"status {response.status}, not {right.statuses}"
    return FailureKind.BAD_STATUS, f"not HTTP: {error}"


def obstacles(right: RightAnswer) -> list[str]:
    """Why no response could ever be the right one; empty if one could."""
    found = [
        f"a response with the status {status} has no body"
        for status in (right.status, *right.also)
        if status in WITHOUT_BODY and right.body
    ]
    size = right.size if right.size is not None else len(right.body)
    if size > BODY_LIMIT:
        found.append(
            f"a body of {size:,} bytes is longer than the {BODY_LIMIT:,} bytes "
            "that the lab reads of a response"
        )
    try:
        check(right)
    except ValueError as error:
        found.append(f"{right.judged_by}: {error}")
    return found


def _text(value: bytes) -> str:
    return value.decode("latin-1")
