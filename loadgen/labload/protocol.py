"""Reading HTTP/1.x responses from chunks of bytes; knows no socket and no clock.

llhttp (through httptools) does the parsing. What it leaves open is decided here: where a response
without a length ends, and that nothing may follow a response that nobody asked for.
"""

from httptools import HttpParserError, HttpResponseParser

BODY_LIMIT = 64 * 1024
"""Bytes. No answer of the contract comes near it; an endless one must not fill the memory."""


class ProtocolError(Exception):
    """The peer sent something that is not the one HTTP response it owes."""


class TruncatedError(ProtocolError):
    """The peer closed before its response was complete."""


class ResponseReader:
    """One response.

    `feed()` it what arrives until it is `complete`; at the end of the stream call `eof()`. Bytes
    beyond the response are a `ProtocolError`.
    """

    __slots__ = ("_framed", "_parser", "body", "complete", "content_type", "reusable", "status")

    def __init__(self) -> None:
        self._parser = HttpResponseParser(self)
        self.status: int | None = None
        """Known once the headers are complete."""
        self.content_type = b""
        self.body = b""
        self.complete = False
        self.reusable = False
        """Whether the connection may carry another request."""
        self._framed = False

    def feed(self, data: bytes) -> None:
        """Take in what arrived; raises ProtocolError if it cannot be a single response."""
        try:
            self._parser.feed_data(data)
        except HttpParserError as error:
            raise ProtocolError(str(error.__context__ or error)) from error

    def eof(self) -> None:
        """The peer closed: completes a response without a length, cuts off any other."""
        if self.complete:
            return
        if self.status is None or self._framed:
            raise TruncatedError("the connection ended inside the response")
        self.complete = True

    def on_message_begin(self) -> None:
        """Called by the parser, like the four below."""
        if self.complete:
            raise ProtocolError("bytes after a complete response")

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep the content type, note whether the body has a length."""
        name = name.lower()
        if name == b"content-type":
            self.content_type = value.lower()
        elif name in (b"content-length", b"transfer-encoding"):
            self._framed = True

    def on_headers_complete(self) -> None:
        """Take the status, and what the headers say about another request."""
        self.status = self._parser.get_status_code()
        self.reusable = self._parser.should_keep_alive()

    def on_body(self, part: bytes) -> None:
        """Collect the body, within reason."""
        self.body = self.body + part if self.body else part
        if len(self.body) > BODY_LIMIT:
            raise ProtocolError(f"the body exceeds {BODY_LIMIT} bytes")

    def on_message_complete(self) -> None:
        """The response has the length that it announced."""
        self.complete = True
