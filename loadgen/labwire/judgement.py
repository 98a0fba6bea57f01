"""Judges a response by the contract: kind and reason of a failure, in the same words everywhere."""

from dataclasses import dataclass
from typing import Protocol

from labwire.expectation import RightAnswer
from labwire.failure import FailureKind
from labwire.response import BODY_LIMIT, ProtocolError, ResponseReader, TruncatedError

SHOWN = 200
"""Bytes of a wrong body that a reason shows."""
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


def differences(response: Response, right: RightAnswer) -> list[tuple[FailureKind, str]]:
    """Every difference between a complete response and the right one: kind and reason."""
    found: list[tuple[FailureKind, str]] = []
    if response.status != right.status:
        found.append((FailureKind.BAD_STATUS, f"status {response.status}, not {right.status}"))
    if not response.content_type.startswith(right.content_type):
        read, wanted = _text(response.content_type), _text(right.content_type)
        found.append((FailureKind.BAD_BODY, f"content type {read!r}, not {wanted!r}"))
    if response.body != right.body:
        shown = response.body[:SHOWN].decode(errors="replace")
        found.append(
            (
                FailureKind.BAD_BODY,
                f"body of {len(response.body)} bytes is not the contract's "
                f"{len(right.body)} bytes: {shown!r}",
            )
        )
    return found


def refusal(
    error: ProtocolError, response: ResponseReader, right: RightAnswer
) -> tuple[FailureKind, str]:
    """Kind and reason for a response that could not be read to its end."""
    if isinstance(error, TruncatedError):
        return FailureKind.EOF, str(error)
    if response.status == right.status:
        return FailureKind.BAD_BODY, f"invalid HTTP: {error}"
    if response.status:
        return FailureKind.BAD_STATUS, f"status {response.status}, not {right.status}"
    return FailureKind.BAD_STATUS, f"not HTTP: {error}"


def obstacles(right: RightAnswer) -> list[str]:
    """Why no response could ever be the right one; empty if one could."""
    found = []
    if right.status in WITHOUT_BODY and right.body:
        found.append(f"a response with the status {right.status} has no body")
    if len(right.body) > BODY_LIMIT:
        found.append(
            f"a body of {len(right.body):,} bytes is longer than the {BODY_LIMIT:,} bytes "
            "that the lab reads of a response"
        )
    return found


def _text(value: bytes) -> str:
    return value.decode("latin-1")
