"""Finds the kind of failure for an exception of Locust's own clients."""

import errno

from labload.engine.target import REFUSALS
from labwire.failure import FailureKind

AFTER_THE_STATUS = frozenset(
    ("InvalidChunkLength", "InvalidHeader", "ContentDecodingError", "DecodeError")
)
"""Names of exceptions that the clients raise after they have read the status line."""
CUT_OFF = frozenset(
    ("HTTPConnectionClosed", "RemoteDisconnected", "IncompleteRead", "ChunkedEncodingError")
)


def kind_of_error(error: BaseException) -> FailureKind:
    """The kind of failure. Both clients wrap the socket's error, each in its own way.

    geventhttpclient does not tell a timeout while connecting from a later one (both are `timeout`),
    nor invalid HTTP before the status from invalid HTTP after it (both are `bad_status`).
    """
    causes = _causes(error)
    names = {type(cause).__name__ for cause in causes}
    if names & {"ConnectTimeout", "ConnectTimeoutError"}:
        return FailureKind.CONNECT_TIMEOUT
    if names & {"ReadTimeout", "ReadTimeoutError"} or _any(causes, TimeoutError):
        return FailureKind.TIMEOUT
    if _any(causes, ConnectionRefusedError) or any(
        isinstance(cause, OSError) and cause.errno in REFUSALS - {errno.ECONNRESET}
        for cause in causes
    ):
        return FailureKind.CONNECT_REFUSED
    if names & AFTER_THE_STATUS:
        return FailureKind.BAD_BODY
    if names & CUT_OFF:
        return FailureKind.EOF
    if _any(causes, ConnectionError):
        return FailureKind.RESET
    return FailureKind.BAD_STATUS


def _any(causes: list[BaseException], kind: type[BaseException]) -> bool:
    return any(isinstance(cause, kind) for cause in causes)


def _causes(error: BaseException) -> list[BaseException]:
    """The exception and all exceptions inside it."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        candidate = waiting.pop(0)
        if isinstance(candidate, BaseException) and candidate not in found:
            found.append(candidate)
            waiting += [*candidate.args, getattr(candidate, "reason", None)]
            waiting += [candidate.__cause__, candidate.__context__]
    return found
