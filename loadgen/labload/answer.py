"""What the bytes of a response are worth: pure, no socket and no clock.

A response that was parsed and found right is remembered; equal bytes are then known to be right
without parsing them again. That is exact, checks every byte of every response, and costs less than
reading one header.
"""

from collections.abc import Iterable

from labload.protocol import ProtocolError, ResponseReader, TruncatedError
from labload.workloads import Workload

KNOWN_AT_MOST = 256
"""Byte strings remembered. A Date header makes new ones each second."""
PIECES = 4
"""Responses that come in more pieces are parsed each time: theirs would crowd out the others."""

STAYS_OPEN, CLOSES, BEGINS = "stays open", "closes", "begins"
"""What known bytes are: a whole response after which the connection stays open, or does not, or the
beginning of one."""


class Judge:
    """Judges the responses of all connections to one target; `known` is what it remembers."""

    def __init__(self, workload: Workload) -> None:
        self._workload = workload
        self.known: dict[bytes, str] = {}

    def verdict(self, reader: ResponseReader) -> str | None:
        """The kind of failure of a complete response, None if it is what the contract says."""
        workload = self._workload
        if reader.status != workload.status:
            return "bad_status"
        if reader.body != workload.body:
            return "bad_body"
        if not reader.content_type.startswith(workload.content_type):
            return "bad_body"
        return None

    def fed(self, reader: ResponseReader, data: bytes) -> str | None:
        """Give a piece to a reader; the kind of failure if it cannot belong to one response."""
        try:
            if data:
                reader.feed(data)
            else:
                reader.eof()
        except TruncatedError:
            return "eof"
        except ProtocolError:
            return "bad_body" if reader.status == self._workload.status else "bad_status"
        return None

    def remember(self, response: bytes, *, stays_open: bool, beginnings: Iterable[bytes]) -> None:
        """A whole response that was found right, and what it was while it was coming."""
        self.known[response] = STAYS_OPEN if stays_open else CLOSES
        for beginning in beginnings:
            self.known[beginning] = BEGINS
        while len(self.known) > KNOWN_AT_MOST:
            del self.known[next(iter(self.known))]


class Answer:
    """The response that a connection waits for."""

    __slots__ = ("_beginnings", "_judge", "_reader", "_so_far")

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.expect()

    def expect(self) -> None:
        """Nothing has come yet."""
        self._reader: ResponseReader | None = None
        self._so_far = b""
        self._beginnings: tuple[bytes, ...] = ()

    def take(self, data: bytes) -> str | None:
        """A piece of the response, or its end (empty).

        None while more is to come; then `STAYS_OPEN` or `CLOSES` if it is right, else the kind of
        failure: `eof`, `bad_status` (another status, or no HTTP) or `bad_body` (another body or
        content type, a body that breaks off the protocol, or bytes beyond it).
        """
        if self._reader is not None:
            return self._parse(self._reader, data)
        so_far = self._so_far + data
        known = self._judge.known.get(so_far) if data else None
        if known == BEGINS:
            self._so_far = so_far
            return None
        if known is not None:
            return known
        self._reader = reader = ResponseReader()
        began, self._so_far = self._so_far, b""
        return (self._parse(reader, began) if began else None) or self._parse(reader, data)

    def _parse(self, reader: ResponseReader, data: bytes) -> str | None:
        failure = self._judge.fed(reader, data)
        if failure is None and not reader.complete:
            if len(self._beginnings) < PIECES:
                self._so_far += data
                self._beginnings += (self._so_far,)
            return None
        failure = failure or self._judge.verdict(reader)
        if failure is not None:
            return failure
        # Where the end of the connection ends the response, its bytes do not tell that it is whole.
        if data and len(self._beginnings) < PIECES:
            self._judge.remember(
                self._so_far + data, stays_open=reader.reusable, beginnings=self._beginnings
            )
        return STAYS_OPEN if reader.reusable else CLOSES
