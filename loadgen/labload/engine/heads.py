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


@dataclass(frozen=True, slots=True)
class Head:
    """Known headers: the bytes of the body after them, and what becomes of the connection."""

    length: int
    ending: Right


Heads = dict[bytes, Head]
"""Known headers, from the status line to the empty line."""


class HeadJudge(Judge):
    """Judges the answers to one request of a mix.

    Args:
        heads: shared by all requests whose right answers have the same status and content type.
    """

    def __init__(self, right: RightAnswer, label: str, heads: Heads) -> None:
        super().__init__(right, label)
        self._heads = heads

    def recognised(self, so_far: bytes) -> Known | None:
        """What these bytes of a response are, if their headers are known and the body is right."""
        end = so_far.find(END) + len(END)
        head = self._heads.get(so_far[:end])
        if head is None:
            return None
        body = so_far[end:]
        if len(body) < head.length:
            return BEGINS
        if len(body) > head.length or self._wrong(body):
            return None
        return head.ending

    def remember(
        self, response: bytes, reader: ResponseReader, beginnings: Iterable[bytes]
    ) -> None:
        """Remember the headers of a whole response, if its body follows them as it is."""
        end = response.find(END) + len(END)
        body = response[end:]
        # A body in chunks differs from the bytes after the headers; so does one after an interim
        # response. Without either, only a length can have ended the response.
        if body == reader.body and len(body) <= REMEMBERED_LIMIT:
            self._heads[response[:end]] = Head(len(body), ending(reader))
            limit(self._heads)
