"""Why a request failed: a new kind is a line here, and one where it is noticed."""

from enum import StrEnum


class FailureKind(StrEnum):
    """As a text it is its own name in records, reports and messages."""

    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    RESET = "reset"
    TIMEOUT = "timeout"
    EOF = "eof"
    """The connection ended before the response did."""
    BAD_STATUS = "bad_status"
    """Another status than the contract's, or no status line at all."""
    BAD_BODY = "bad_body"
    """The status is right and anything after it is not: content type, body, or the protocol."""


NEVER_SENT = frozenset((FailureKind.CONNECT_REFUSED, FailureKind.CONNECT_TIMEOUT))
"""There was no connection, so the server saw no request."""
ANSWERS = frozenset((FailureKind.BAD_STATUS, FailureKind.BAD_BODY))
"""The server did answer."""
OF_BYTES = ANSWERS | {FailureKind.EOF}
"""Found by reading what came, so there are words that say more than the kind."""
