"""Reads HTTP/1.x responses from chunks of bytes; uses no socket and no clock.

llhttp (through httptools) parses. This module decides what llhttp leaves open: an interim response
is not the answer, a response without a length ends with the connection, nothing may follow a
response, and there are limits to what is read.
"""

import httptools

BESIDE_LIMIT = 128 * 1024
"""Bytes of one response besides its body: headers, interim responses, chunk sizes and extensions,
trailers. Four times what servers send at most. Without a limit, an endless header would cost the
parser time that grows with the square of its length."""
BODY_LIMIT = 1024 * 1024
"""Bytes of a body; benchmarks use no larger ones. The lab refuses a contract with a longer one."""

SWITCHING_PROTOCOLS = 101


class ProtocolError(Exception):
    """The peer sent something other than exactly one valid HTTP response."""


class TruncatedError(ProtocolError):
    """The peer closed before its response was complete."""


class ResponseReader:
    """Reads one final response, and the interim responses before it.

    Call `feed()` with what arrives until it is `complete`, and `eof()` at the end of the stream.
    Bytes after the response raise `ProtocolError`, except empty lines, which RFC 9112 (9.6) says
    to ignore.
    """

    __slots__ = (
        "_beside",
        "_body",
        "_body_limit",
        "_framed",
        "_in_headers",
        "_parser",
        "complete",
        "content_type",
        "reusable",
        "status",
    )

    def __init__(self, body_limit: int = BODY_LIMIT) -> None:
        self._parser = httptools.HttpResponseParser(self)
        # These switches accept folded headers, as a client must by RFC 9112 (5.2), and interim
        # responses with `Connection: close`. What else they let pass is refused below.
        self._parser.set_dangerous_leniencies(lenient_headers=True, lenient_keep_alive=True)
        self._body_limit = body_limit
        self._body = bytearray()
        self._beside = 0
        self.status = 0
        """The status read so far; 0 before the status line."""
        self.complete = False
        self._begin()

    def _begin(self) -> None:
        self.content_type = b""
        self.reusable = False
        """Whether the connection may carry another request."""
        self._framed = False
        self._in_headers = True

    @property
    def body(self) -> bytes:
        """The part of the body that has arrived."""
        return bytes(self._body)

    def feed(self, data: bytes) -> None:
        """Parse what arrived; raises ProtocolError if it cannot be a single response."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self.complete and self.status == SWITCHING_PROTOCOLS:
                return  # what follows is in another protocol
            self.status = self.status or self._parser.get_status_code()
            ours = error.__context__  # the parser wraps errors that the methods below raise
            raise ProtocolError(str(ours if isinstance(ours, ProtocolError) else error)) from error
        self._beside += len(data)
        if self._beside > BESIDE_LIMIT:
            self.status = self.status or self._parser.get_status_code()
            raise ProtocolError(
                f"more than {BESIDE_LIMIT // 1024} KiB of headers and other bytes besides the body"
            )

    def eof(self) -> None:
        """The peer closed. This completes a response without a length, and truncates any other.

        Raises:
            TruncatedError: the response is not complete.
        """
        if self.complete:
            return
        if self._in_headers or self._framed:
            inside = "inside the response" if self._beside else "before the response"
            raise TruncatedError(f"the connection ended {inside}")
        self.complete = True

    def on_message_begin(self) -> None:
        """The parser calls this and the four methods below."""
        if self.complete:
            raise ProtocolError("bytes after a complete response")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the content type, and note whether the body has a length."""
        if b"\0" in value:  # RFC 9110 (5.5); the parser refuses CR and LF itself
            raise ProtocolError("a header's value contains NUL")
        if not self._in_headers:
            return  # a trailer does not replace a header
        name = name.lower()
        if name == b"content-type":
            self.content_type = value.lower()
        elif name == b"content-length":
            self._framed = True
        elif name == b"transfer-encoding":
            # RFC 9112 (6.3): unless "chunked" is the last coding, the connection's end counts.
            self._framed = value.rpartition(b",")[2].strip().lower() == b"chunked"

    def on_headers_complete(self) -> None:
        """Keep the status, and whether the connection may carry another request."""
        self.status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()
        self._in_headers = False

    def on_body(self, part: bytes) -> None:
        """Collect the body, up to the limit."""
        self._body += part
        self._beside -= len(part)
        if len(self._body) > self._body_limit:
            raise ProtocolError(f"the body is longer than {self._body_limit} bytes")

    def on_message_complete(self) -> None:
        """An interim response has ended, or the response is complete."""
        if 100 <= self.status < 200 and self.status != SWITCHING_PROTOCOLS:
            self.status = 0
            self._begin()
        else:
            self.complete = True
