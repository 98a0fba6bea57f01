"""The kinds of failure of a request. A new kind needs a line here and one where it is detected."""

from enum import StrEnum


class FailureKind(StrEnum):
    """The values are the names in records, reports and messages."""

    CONNECT_REFUSED = "connect_refused"
    CONNECT_TIMEOUT = "connect_timeout"
    RESET = "reset"
    TIMEOUT = "timeout"
    EOF = "eof"
    """The connection ended before the response did."""
    BAD_STATUS = "bad_status"
    """The status is not the contract's, or there is no status line."""
    BAD_BODY = "bad_body"
    """The status is right, but the content type, the body or the HTTP framing is not."""


NEVER_SENT = frozenset((FailureKind.CONNECT_REFUSED, FailureKind.CONNECT_TIMEOUT))
"""There was no connection, so the server got no request."""
ANSWERS = frozenset((FailureKind.BAD_STATUS, FailureKind.BAD_BODY))
"""The server did answer."""
OF_BYTES = ANSWERS | {FailureKind.EOF}
"""Found by reading the response, so a reason in words says more than the kind."""
