"""What the bytes of a response are worth: pure, no socket and no clock.

A response that was parsed and found right is remembered; equal bytes are then known to be right
without parsing them again. That is exact, checks every byte of every response, and costs less than
reading one header.
"""

from collections.abc import Iterable
from enum import Enum, auto
from typing import Final, Literal

from labwire.expectation import RightAnswer
from labwire.failure import FailureKind
from labwire.judgement import differences, refusal
from labwire.response import ProtocolError, ResponseReader

KNOWN_AT_MOST = 256
"""Byte strings remembered. A Date header makes new ones each second."""
PIECES = 4
"""Responses that come in more pieces are parsed each time: theirs would crowd out the others."""
REMEMBERED_LIMIT = 64 * 1024
"""Bytes of a response that is remembered: 256 of them must fit the memory."""
WRONG_BODY_LIMIT = 64 * 1024
"""Bytes read of a body that is longer than the contract's: what thousands of connections may hold
must fit the memory."""

REQUEST_TIMEOUT = 408


class Known(Enum):
    """What known bytes are: a whole response after which the connection stays open, or does not, or
    the beginning of one.
    """

    STAYS_OPEN = auto()
    CLOSES = auto()
    BEGINS = auto()


# Names of the module: looking into the class at each request would cost more.
STAYS_OPEN: Final = Known.STAYS_OPEN
CLOSES: Final = Known.CLOSES
BEGINS: Final = Known.BEGINS
Right = Literal[Known.STAYS_OPEN, Known.CLOSES]


class Judge:
    """Judges the responses of all connections to one target; `known` is what it remembers."""

    def __init__(self, right: RightAnswer) -> None:
        self._right = right
        self._body_limit = max(WRONG_BODY_LIMIT, len(right.body))
        self.known: dict[bytes, Known] = {}

    def reader(self) -> ResponseReader:
        """For one response."""
        return ResponseReader(self._body_limit)

    def fault(self, reader: ResponseReader, data: bytes) -> tuple[FailureKind, str] | None:
        """Give a piece, or the end (empty), to a reader: kind and words of a failure, if it is one.

        None while more is to come, and if the response is complete and right.
        """
        try:
            if data:
                reader.feed(data)
            else:
                reader.eof()
        except ProtocolError as error:
            return refusal(error, reader, self._right)
        if not reader.complete:
            return None
        return next(iter(differences(reader, self._right)), None)

    def remember(self, response: bytes, *, stays_open: bool, beginnings: Iterable[bytes]) -> None:
        """A whole response that was found right, and what it was while it was coming."""
        if len(response) > REMEMBERED_LIMIT:
            return
        self.known[response] = STAYS_OPEN if stays_open else CLOSES
        for beginning in beginnings:
            self.known[beginning] = BEGINS
        while len(self.known) > KNOWN_AT_MOST:
            del self.known[next(iter(self.known))]


class Answer:
    """The response that a connection waits for; `reason` says why it failed."""

    __slots__ = ("_beginnings", "_judge", "_reader", "_so_far", "reason")

    def __init__(self, judge: Judge) -> None:
        self._judge = judge
        self.expect()

    def expect(self) -> None:
        """Nothing has come yet."""
        self._reader: ResponseReader | None = None
        self._so_far = b""
        self._beginnings: tuple[bytes, ...] = ()
        self.reason = ""

    def take(self, data: bytes) -> Right | FailureKind | None:
        """A piece of the response, or its end (empty).

        None while more is to come; then `STAYS_OPEN` or `CLOSES` if it is right, else the kind of
        failure.
        """
        if self._reader is not None:
            return self._parse(self._reader, data)
        so_far = self._so_far + data
        known = self._judge.known.get(so_far) if data else None
        if known is BEGINS:
            self._so_far = so_far
            return None
        if known is not None:
            return known
        self._reader = reader = self._judge.reader()
        began, self._so_far = self._so_far, b""
        return (self._parse(reader, began) if began else None) or self._parse(reader, data)

    @property
    def says_goodbye(self) -> bool:
        """Whether it is whole and ends its connection: that is what 408 is for (RFC 9110)."""
        reader = self._reader
        if reader is None or not reader.complete:
            return False
        return reader.status == REQUEST_TIMEOUT or not reader.reusable

    def _parse(self, reader: ResponseReader, data: bytes) -> Right | FailureKind | None:
        fault = self._judge.fault(reader, data)
        if fault is not None:
            kind, self.reason = fault
            return kind
        if not reader.complete:
            if len(self._beginnings) < PIECES:
                self._so_far += data
                self._beginnings += (self._so_far,)
            return None
        # Where the end of the connection ends the response, its bytes do not tell that it is whole.
        if data and len(self._beginnings) < PIECES:
            self._judge.remember(
                self._so_far + data, stays_open=reader.reusable, beginnings=self._beginnings
            )
        return STAYS_OPEN if reader.reusable else CLOSES
