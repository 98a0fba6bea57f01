"""Image and host judge responses alike: the kind of a wrong response, and the words for it."""

from dataclasses import replace

import pytest

from labload.engine.answer import STAYS_OPEN, Answer, Judge, Right
from labwire.exchange import RightAnswer
from labwire.failure import FailureKind
from labwire.judgement import obstacles
from labwire.response import BODY_LIMIT

EXPECTED = RightAnswer(status=200, content_type=b"text/plain", body=b"Hello World")
RIGHT = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nHello World"


def told(data: bytes) -> tuple[Right | FailureKind | None, str]:
    """Kind and words of a response, then the end of its connection."""
    answer = Answer(Judge(EXPECTED))
    judgement = answer.take(data) or answer.take(b"")
    return judgement, answer.reason


@pytest.mark.parametrize(
    ("data", "kind", "words"),
    [
        (RIGHT.replace(b"200 OK", b"503 No"), "bad_status", "status 503, not 200"),
        (
            RIGHT.replace(b"200 OK", b"500 No").replace(b": 11", b": +11"),
            "bad_status",
            "status 500, not 200",
        ),
        (b"220 mail.example ESMTP\r\n", "bad_status", "not HTTP: Expected HTTP/, RTSP/ or ICE/"),
        (
            b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n",
            "bad_status",
            "status 101, not 200",
        ),
        (
            RIGHT.replace(b"text/plain", b"text/html"),
            "bad_body",
            "content type 'text/html', not 'text/plain'",
        ),
        (
            RIGHT.replace(b"World", b"Wor\x1bd"),
            "bad_body",
            "body of 11 bytes is not the contract's 11 bytes: 'Hello Wor\\x1bd'",
        ),
        # Invalid HTTP after the right status is a wrong answer, not a wrong status.
        (
            RIGHT.replace(b"Length: 11", b"Length: 11\r\nContent-Length: 12"),
            "bad_body",
            "invalid HTTP: Duplicate Content-Length",
        ),
        (RIGHT + b"x", "bad_body", "invalid HTTP: bytes after a complete response"),
        (RIGHT[:-1], "eof", "the connection ended inside the response"),
        (b"", "eof", "the connection ended before the response"),
    ],
)
def test_a_wrong_response_has_a_kind_and_words(data: bytes, kind: str, words: str) -> None:
    assert told(data) == (kind, words)


def test_a_long_body_is_read_as_far_as_the_contract_asks() -> None:
    body = b"x" * BODY_LIMIT
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n" % len(body)
    judge = Judge(replace(EXPECTED, body=body))
    assert Answer(judge).take(head + body) == STAYS_OPEN
    assert not judge.known  # it would not fit the memory 256 times
    assert obstacles(replace(EXPECTED, body=body)) == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"body": b"x" * (BODY_LIMIT + 1)}, "1,048,577 bytes is longer than the 1,048,576"),
        ({"status": 204}, "status 204 has no body"),
    ],
)
def test_a_contract_that_no_response_can_fulfil_is_refused(
    changes: dict[str, object], words: str
) -> None:
    (obstacle,) = obstacles(replace(EXPECTED, **changes))  # type: ignore[arg-type]
    assert words in obstacle
