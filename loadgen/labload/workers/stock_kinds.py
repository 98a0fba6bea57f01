"""Which kind of failure an exception of Locust's own clients is."""

import errno

from labload.engine.target import REFUSALS
from labwire.failure import FailureKind

AFTER_THE_STATUS = frozenset(
    ("InvalidChunkLength", "InvalidHeader", "ContentDecodingError", "DecodeError")
)
"""What the clients raise of a response whose status line they had read."""
CUT_OFF = frozenset(
    ("HTTPConnectionClosed", "RemoteDisconnected", "IncompleteRead", "ChunkedEncodingError")
)


def kind_of_error(error: BaseException) -> FailureKind:
    """The kind; both clients wrap what the socket said, each in its own way.

    geventhttpclient tells no timeout of a connect from one of a request (`timeout`), nor bytes that
    are no HTTP before the status from those behind it (`bad_status`).
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
    """The exception and all that are inside it."""
    found: list[BaseException] = []
    waiting: list[object] = [error]
    while waiting:
        candidate = waiting.pop(0)
        if isinstance(candidate, BaseException) and candidate not in found:
            found.append(candidate)
            waiting += [*candidate.args, getattr(candidate, "reason", None)]
            waiting += [candidate.__cause__, candidate.__context__]
    return found
