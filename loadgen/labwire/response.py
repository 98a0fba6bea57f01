"""Reading HTTP/1.x responses from chunks of bytes; knows no socket and no clock.

llhttp (through httptools) does the parsing. What it leaves open is decided here: that interim
responses are no answer, where a response without a length ends, that nothing may follow a response,
and how much is read at most.
"""

import httptools

BESIDE_LIMIT = 128 * 1024
"""Bytes of one response beside its body: headers, interim responses, chunk sizes and extensions,
trailers. Four times what servers send at most; without a limit, one endless header would cost the
parser time that grows with its square."""
BODY_LIMIT = 1024 * 1024
"""Bytes of a body: the largest that benchmarks use. A contract beyond it is refused."""

SWITCHING_PROTOCOLS = 101


class ProtocolError(Exception):
    """The peer sent something that is not the one HTTP response it owes."""


class TruncatedError(ProtocolError):
    """The peer closed before its response was complete."""


class ResponseReader:
    """One final response, and the interim ones before it.

    `feed()` it what arrives until it is `complete`; at the end of the stream call `eof()`. Bytes
    beyond the response are a `ProtocolError`, but for empty lines: RFC 9112 (9.6) has them ignored.
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
        # Folded headers, which RFC 9112 (5.2) has a client accept; and that an interim response may
        # say `Connection: close`. What else these switches let pass is refused below.
        self._parser.set_dangerous_leniencies(lenient_headers=True, lenient_keep_alive=True)
        self._body_limit = body_limit
        self._body = bytearray()
        self._beside = 0
        self.status = 0
        """As far as it was read; 0 while there is no status line."""
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
        """What has come of the body."""
        return bytes(self._body)

    def feed(self, data: bytes) -> None:
        """Take in what arrived; raises ProtocolError if it cannot be a single response."""
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            if self.complete and self.status == SWITCHING_PROTOCOLS:
                return  # what follows is another protocol, whatever it is
            self.status = self.status or self._parser.get_status_code()
            ours = error.__context__  # raised below, wrapped by the parser
            raise ProtocolError(str(ours if isinstance(ours, ProtocolError) else error)) from error
        self._beside += len(data)
        if self._beside > BESIDE_LIMIT:
            self.status = self.status or self._parser.get_status_code()
            raise ProtocolError(
                f"more than {BESIDE_LIMIT // 1024} KiB of headers and other bytes beside the body"
            )

    def eof(self) -> None:
        """The peer closed: completes a response without a length, cuts off any other."""
        if self.complete:
            return
        if self._in_headers or self._framed:
            inside = "inside the response" if self._beside else "before the response"
            raise TruncatedError(f"the connection ended {inside}")
        self.complete = True

    def on_message_begin(self) -> None:
        """Called by the parser, like the four below."""
        if self.complete:
            raise ProtocolError("bytes after a complete response")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the content type, note whether the body has a length."""
        if b"\0" in value:  # RFC 9110 (5.5); the parser refuses CR and LF itself
            raise ProtocolError("a header's value contains NUL")
        if not self._in_headers:
            return  # a trailer is about the message, never in place of a header
        name = name.lower()
        if name == b"content-type":
            self.content_type = value.lower()
        elif name == b"content-length":
            self._framed = True
        elif name == b"transfer-encoding":
            # RFC 9112 (6.3): without "chunked" as the last coding the end of the connection counts.
            self._framed = value.rpartition(b",")[2].strip().lower() == b"chunked"

    def on_headers_complete(self) -> None:
        """Take the status, and what the headers say about another request."""
        self.status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()
        self._in_headers = False

    def on_body(self, part: bytes) -> None:
        """Collect the body, within reason."""
        self._body += part
        self._beside -= len(part)
        if len(self._body) > self._body_limit:
            raise ProtocolError(f"the body has more than {self._body_limit} bytes")

    def on_message_complete(self) -> None:
        """An interim response is over, or the response has the length that it announced."""
        if 100 <= self.status < 200 and self.status != SWITCHING_PROTOCOLS:
            self.status = 0
            self._begin()
        else:
            self.complete = True
