"""Judges answers that cannot be known beforehand, without parsing headers that are known.

The answers of a mix differ, but their headers are mostly the same: a Date, a length, and what never
changes. Headers that a parser has read to the end of a right answer are remembered whole, with the
length of the body that they announce. An answer that begins with the same bytes and has exactly
this many more is framed in the same way, so only its body is left to judge. All other answers are
parsed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from labload.engine.answer import (
    BEGINS,
    REMEMBERED_LIMIT,
    Judge,
    Known,
    Right,
    ending,
    limit,
)
from labwire.exchange import RightAnswer
from labwire.response import ResponseReader

END = b"\r\n\r\n"
HEADS_AT_MOST = 4_096
"""Most headers remembered. A mix may have as many lengths as requests, and a Date makes new ones of
each length every second."""
HEAD_LIMIT = 2_048
"""Most bytes of remembered headers; `HEADS_AT_MOST` of them must fit in memory."""
KEPT_LIMIT = 2_048
"""Most bytes of a body that is kept, because each request of a mix has one. A client of all
services at once has a mix for each."""


@dataclass(frozen=True, slots=True)
class Head:
    """Known headers: the bytes of the body after them, and what becomes of the connection."""

    length: int
    ending: Right


Heads = dict[bytes, Head]
"""Known headers, from the status line to the last header."""


class HeadJudge(Judge):
    """Judges the answers to one request of a mix.

    Args:
        heads: shared by all requests whose right answers have the same status and content type.
    """

    def __init__(self, right: RightAnswer, label: str, heads: Heads) -> None:
        super().__init__(right, label)
        self._heads = heads
        self._kept: bytes | None = None
        """The last body that was found right. Equal bytes are right for the same request."""

    def recognised(self, so_far: bytes) -> Known | None:
        """What these bytes of a response are, if their headers are known and the body is right."""
        headers, found, body = so_far.partition(END)
        head = self._heads.get(headers)
        if head is None or not found:
            return None
        if len(body) != head.length:
            return BEGINS if len(body) < head.length else None
        if body != self._kept:
            if self._wrong(body):
                return None
            if head.length <= KEPT_LIMIT:
                self._kept = body
        return head.ending

    def remember(
        self, response: bytes, reader: ResponseReader, beginnings: Iterable[bytes]
    ) -> None:
        """Remember the headers of a whole response, if its body follows them as it is."""
        headers, _, body = response.partition(END)
        # A body in chunks differs from the bytes after the headers; so does one after an interim
        # response. Without either, only a length can have ended the response.
        if body == reader.body and len(body) <= REMEMBERED_LIMIT and len(headers) <= HEAD_LIMIT:
            self._heads[headers] = Head(len(body), ending(reader))
            limit(self._heads, HEADS_AT_MOST)
