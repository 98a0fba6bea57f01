"""Whether a response is what the contract says, and if not, in which words: the same everywhere."""

from typing import Protocol

from labwire.expectation import RightAnswer
from labwire.failure import FailureKind
from labwire.response import BODY_LIMIT, ProtocolError, ResponseReader, TruncatedError

SHOWN = 200
"""Bytes of a wrong body that are shown."""
WITHOUT_BODY = frozenset((204, 304))
"""Statuses that end a response with its headers (RFC 9112, 6.3), as all below 200 do."""
TYPE_LIMIT = 1024
"""Bytes of a content type in the contract: far within what a response's headers may take."""


class Response(Protocol):
    """What was read of a whole response."""

    @property
    def status(self) -> int:
        """The status code."""

    @property
    def content_type(self) -> bytes:
        """The Content-Type header in lower case; empty without one."""

    @property
    def body(self) -> bytes:
        """The body without its framing."""


def differences(response: Response, right: RightAnswer) -> list[tuple[FailureKind, str]]:
    """Every way in which a complete response is not the right one: kind and words."""
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
    """Kind and words of a response that could not be read to its end."""
    if isinstance(error, TruncatedError):
        return FailureKind.EOF, str(error)
    if response.status == right.status:
        return FailureKind.BAD_BODY, f"not as HTTP has it: {error}"
    if response.status:
        return FailureKind.BAD_STATUS, f"status {response.status}, not {right.status}"
    return FailureKind.BAD_STATUS, f"no HTTP: {error}"


def obstacles(right: RightAnswer) -> list[str]:
    """Why no response can ever be found to be the right one; empty if one can."""
    found = []
    if not 200 <= right.status <= 599:
        found.append(f"status {right.status} is none of a final response: 200 to 599")
    elif right.status in WITHOUT_BODY and right.body:
        found.append(f"a response with the status {right.status} has no body")
    if len(right.body) > BODY_LIMIT:
        found.append(
            f"a body of {len(right.body):,} bytes is more than the {BODY_LIMIT:,} "
            "that are read of a response"
        )
    if len(right.content_type) > TYPE_LIMIT:
        found.append(f"a content type has at most {TYPE_LIMIT:,} bytes")
    return found


def _text(value: bytes) -> str:
    return value.decode("latin-1")
