"""Judges the bytes of a response. Pure: uses no socket and no clock.

It remembers the bytes of a response that was parsed and found right. Equal bytes are then right
without parsing. This still checks every byte of every response, and costs less than reading one
header.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Any, Final, Literal

from labwire.body import check
from labwire.exchange import RightAnswer
from labwire.failure import FailureKind
from labwire.judgement import differences, refusal
from labwire.response import ProtocolError, ResponseReader

KNOWN_AT_MOST = 256
"""Most byte strings remembered. A Date header makes new ones each second."""
PIECES = 4
"""Responses in more pieces are parsed each time; their beginnings would displace the others."""
REMEMBERED_LIMIT = 64 * 1024
"""Most bytes of a remembered response; 256 of them must fit in memory."""
WRONG_BODY_LIMIT = 64 * 1024
"""Most bytes read of a body that is longer than the contract's. What thousands of connections may
hold must fit in memory."""

REQUEST_TIMEOUT = 408


class Known(Enum):
    """What remembered bytes are: a whole response, after which the connection stays open or closes,
    or the beginning of one.
    """

    STAYS_OPEN = auto()
    CLOSES = auto()
    BEGINS = auto()


# Module-level names: a lookup in the class at each request would cost more.
STAYS_OPEN: Final = Known.STAYS_OPEN
CLOSES: Final = Known.CLOSES
BEGINS: Final = Known.BEGINS
Right = Literal[Known.STAYS_OPEN, Known.CLOSES]


class Judge:
    """Judges the responses of all connections to one target; `known` holds remembered bytes."""

    def __init__(self, right: RightAnswer, label: str = "") -> None:
        self._right = right
        self._wrong = check(right)
        self._label = f"{label}: " if label else ""
        self._body_limit = max(WRONG_BODY_LIMIT, len(right.body), right.size or 0)
        self.known: dict[bytes, Known] = {}

    def reader(self) -> ResponseReader:
        """A new reader for one response."""
        return ResponseReader(self._body_limit)

    def fault(self, reader: ResponseReader, data: bytes) -> tuple[FailureKind, str] | None:
        """Pass a piece of a response, or its end (empty), to a reader.

        Returns kind and reason of a failure; None if the response is incomplete, or complete and
        right.
        """
        try:
            if data:
                reader.feed(data)
            else:
                reader.eof()
        except ProtocolError as error:
            kind, reason = refusal(error, reader, self._right)
            return kind, self._label + reason
        if not reader.complete:
            return None
        for kind, reason in differences(reader, self._right, self._wrong):
            return kind, self._label + reason
        return None

    def recognised(self, so_far: bytes) -> Known | None:
        """What these bytes of a response are, if that is known without parsing them."""
        return self.known.get(so_far)

    def remember(
        self, response: bytes, reader: ResponseReader, beginnings: Iterable[bytes]
    ) -> None:
        """Remember a whole response that was found right, and its beginnings as they arrived."""
        if len(response) > REMEMBERED_LIMIT:
            return
        self.known[response] = ending(reader)
        for beginning in beginnings:
            self.known[beginning] = BEGINS
        limit(self.known, KNOWN_AT_MOST)


def ending(reader: ResponseReader) -> Right:
    """What becomes of the connection after a complete response."""
    return STAYS_OPEN if reader.reusable else CLOSES


def limit(known: dict[bytes, Any], most: int) -> None:
    """Forget the oldest of more than `most`."""
    while len(known) > most:
        del known[next(iter(known))]


class Answer:
    """The response that a connection waits for; `reason` says why it is wrong."""

    __slots__ = ("_beginnings", "_reader", "_so_far", "judge", "reason")

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        """Judges it; another one from request to request, where requests differ."""
        self.expect()

    def expect(self) -> None:
        """Start over: a new response, of which nothing has arrived."""
        self._reader: ResponseReader | None = None
        self._so_far = b""
        self._beginnings: tuple[bytes, ...] = ()
        self.reason = ""

    def take(self, data: bytes) -> Right | FailureKind | None:
        """Take a piece of the response, or its end (empty).

        Returns None while it is incomplete; then `STAYS_OPEN` or `CLOSES` if it is right, otherwise
        the kind of failure.
        """
        if self._reader is not None:
            return self._parse(self._reader, data)
        so_far = self._so_far + data
        known = self.judge.recognised(so_far) if data else None
        if known is BEGINS:
            self._so_far = so_far
            return None
        if known is not None:
            return known
        self._reader = reader = self.judge.reader()
        began, self._so_far = self._so_far, b""
        return (self._parse(reader, began) if began else None) or self._parse(reader, data)

    @property
    def says_goodbye(self) -> bool:
        """Whether it is complete and ends the connection, as a 408 does (RFC 9110, 15.5.9)."""
        reader = self._reader
        if reader is None or not reader.complete:
            return False
        return reader.status == REQUEST_TIMEOUT or not reader.reusable

    def _parse(self, reader: ResponseReader, data: bytes) -> Right | FailureKind | None:
        fault = self.judge.fault(reader, data)
        if fault is not None:
            kind, self.reason = fault
            return kind
        if not reader.complete:
            if len(self._beginnings) < PIECES:
                self._so_far += data
                self._beginnings += (self._so_far,)
            return None
        # If the end of the connection ends the response, its bytes do not show that it is complete.
        if data and len(self._beginnings) < PIECES:
            self.judge.remember(self._so_far + data, reader, self._beginnings)
        return ending(reader)
