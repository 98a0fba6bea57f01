"""Remembered responses are judged as if they were new."""

import itertools
from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from labload.engine.answer import CLOSES, KNOWN_AT_MOST, STAYS_OPEN, Answer, Judge, Right
from labwire.exchange import RightAnswer
from labwire.failure import OF_BYTES, FailureKind
from labwire.judgement import differences
from labwire.response import ProtocolError, ResponseReader, TruncatedError

EXPECTED = RightAnswer(status=200, content_type=b"text/plain", body=b"Hello World")
ENDS = OF_BYTES | {STAYS_OPEN, CLOSES}

names = st.sampled_from(["Date", "Server", "X-A", "Content-Type", "Vary"])
values = st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), max_size=20)
headers = st.lists(st.tuples(names, values), max_size=4)


@st.composite
def responses(draw: st.DrawFn) -> bytes:
    """Right and wrong responses in every framing."""
    version = draw(st.sampled_from(["1.0", "1.1"]))
    status = draw(st.sampled_from(["200 OK", "204 No Content", "500 Oh", "2OO OK"]))
    kind = draw(st.sampled_from(["text/plain", "TEXT/PLAIN; charset=utf-8", "text/html"]))
    body = draw(st.sampled_from([b"Hello World", b"", b"Hello", b"Hello World!"]))
    lines = [f"HTTP/{version} {status}", f"Content-Type: {kind}"]
    lines += [f"{name}: {value}" for name, value in draw(headers)]
    lines += draw(st.sampled_from([[], ["Connection: close"], ["Connection: keep-alive"]]))
    framing = draw(st.sampled_from(["length", "chunks", "end"]))
    if framing == "length":
        lines.append(f"Content-Length: {len(body)}")
    elif framing == "chunks":
        lines.append("Transfer-Encoding: chunked")
        cut = draw(st.integers(0, len(body)))
        parts = [part for part in (body[:cut], body[cut:]) if part]
        body = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"
    return "\r\n".join([*lines, "", ""]).encode() + body


mutated = st.builds(
    lambda data, at, new: data[: at % len(data)] + new + data[at % len(data) + 1 :],
    responses(),
    st.integers(0, 10_000),
    st.binary(max_size=3),
)
cuts = st.lists(st.integers(0, 400), max_size=8)


def pieces(data: bytes, at: Sequence[int]) -> list[bytes]:
    """`data` cut into pieces. No piece is empty, since an empty one means the end."""
    edges = [0, *sorted(cut for cut in set(at) if 0 < cut < len(data)), len(data)]
    return [data[i:j] for i, j in itertools.pairwise(edges) if j > i]


def taken(judge: Judge, parts: Sequence[bytes]) -> Right | FailureKind | None:
    """The verdict on a response in these pieces, followed by the end of the connection."""
    answer = Answer(judge)
    for part in [*parts, b""]:
        judgement = answer.take(part)
        if judgement is not None:
            return judgement
    return None


def worth(data: bytes) -> set[Right | FailureKind]:
    """The same verdict from the reader alone, with or without the bytes after a response."""
    reader = ResponseReader()
    try:
        reader.feed(data)
        reader.eof()
    except TruncatedError:
        return {FailureKind.EOF}
    except ProtocolError:
        return {FailureKind.BAD_BODY if reader.status == 200 else FailureKind.BAD_STATUS}
    found = differences(reader, EXPECTED)
    return {found[0][0]} if found else {STAYS_OPEN if reader.reusable else CLOSES}


@given(st.lists(st.tuples(st.one_of(responses(), mutated), cuts), min_size=1, max_size=12))
def test_a_judge_with_a_full_memory_judges_like_a_new_one(
    load: list[tuple[bytes, list[int]]],
) -> None:
    judge = Judge(EXPECTED)
    for data, at in load * 2:
        parts = pieces(data, at)
        assert taken(judge, parts) == taken(Judge(EXPECTED), parts)


@given(responses(), cuts)
def test_in_one_piece_or_in_many_it_is_worth_the_same(data: bytes, at: list[int]) -> None:
    assert taken(Judge(EXPECTED), [data]) in worth(data)
    # In pieces a response may be complete before what is wrong behind it has come.
    assert taken(Judge(EXPECTED), pieces(data, at)) in worth(data) | {STAYS_OPEN, CLOSES}


@given(st.lists(st.binary(min_size=1, max_size=300), max_size=6))
def test_any_bytes_get_a_verdict_and_nothing_else_happens(parts: list[bytes]) -> None:
    judge = Judge(EXPECTED)
    assert taken(judge, parts) in OF_BYTES
    assert not judge.known


@given(mutated, cuts)
def test_only_what_the_contract_says_is_ever_remembered(data: bytes, at: list[int]) -> None:
    judge = Judge(EXPECTED)
    judgement = taken(judge, pieces(data, at))
    assert judgement in ENDS
    if judgement in OF_BYTES:
        assert not judge.known
    for known, meaning in judge.known.items():
        if meaning in (STAYS_OPEN, CLOSES):
            assert worth(known) == {meaning}


def test_every_byte_of_a_known_response_is_compared() -> None:
    judge = Judge(EXPECTED)
    right = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\nHello World"
    assert taken(judge, [right]) == STAYS_OPEN
    for at in range(len(right)):
        wrong = right[:at] + bytes([right[at] ^ 1]) + right[at + 1 :]
        assert taken(judge, [wrong]) == taken(Judge(EXPECTED), [wrong])


def test_the_memory_is_bounded_and_the_latest_stay_in_it() -> None:
    judge = Judge(EXPECTED)
    for second in range(3 * KNOWN_AT_MOST):
        head = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: %d\r\n" % second
        parts = [head, b"Content-Length: 11\r\n\r\nHello World"]
        assert taken(judge, parts) == STAYS_OPEN
        assert b"".join(parts) in judge.known
    assert len(judge.known) <= KNOWN_AT_MOST
