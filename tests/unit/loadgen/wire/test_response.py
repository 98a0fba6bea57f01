"""Responses are read correctly, however the network splits them."""

from collections.abc import Sequence

import pytest

from labwire.response import (
    BESIDE_LIMIT,
    BODY_LIMIT,
    ProtocolError,
    ResponseReader,
    TruncatedError,
)

BODY = b"Hello World"
WITH_LENGTH = b"HTTP/1.1 200 OK\r\nContent-Type: Text/Plain\r\nContent-Length: 11\r\n\r\n" + BODY
CHUNKED = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
    b"5\r\nHello\r\n6\r\n World\r\n0\r\n\r\n"
)
UNTIL_CLOSE = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\n" + BODY
HTTP_1_0 = b"HTTP/1.0 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 11\r\n\r\n" + BODY
KEPT_1_0 = HTTP_1_0.replace(b"Content-L", b"Connection: keep-alive\r\nContent-L")
CLOSED_1_1 = WITH_LENGTH.replace(b"Content-L", b"Connection: close\r\nContent-L")


def read(parts: Sequence[bytes], *, eof: bool = False) -> ResponseReader:
    reader = ResponseReader()
    for part in parts:
        reader.feed(part)
    if eof:
        reader.eof()
    return reader


def halves(data: bytes) -> list[tuple[bytes, bytes]]:
    return [(data[:cut], data[cut:]) for cut in range(1, len(data))]


@pytest.mark.parametrize(
    ("data", "eof", "reusable"),
    [
        (WITH_LENGTH, False, True),
        (CHUNKED, False, True),
        (UNTIL_CLOSE, True, False),
        (HTTP_1_0, False, False),
        (KEPT_1_0, False, True),
        (CLOSED_1_1, False, False),
    ],
    ids=["length", "chunked", "until close", "1.0", "1.0 kept alive", "1.1 closed"],
)
def test_any_split_gives_the_same_response(data: bytes, eof: bool, reusable: bool) -> None:
    bytewise = tuple(data[at : at + 1] for at in range(len(data)))
    for parts in [(data,), bytewise, *halves(data)]:
        reader = read(parts, eof=eof)
        assert reader.complete
        assert (reader.status, reader.body) == (200, BODY)
        assert reader.content_type == b"text/plain"
        assert reader.reusable is reusable


@pytest.mark.parametrize("data", [WITH_LENGTH, CHUNKED], ids=["length", "chunked"])
def test_an_early_end_is_noticed_at_every_position(data: bytes) -> None:
    for beginning, _ in halves(data):
        with pytest.raises(TruncatedError):
            read([beginning], eof=True)


def test_an_end_before_any_byte_is_truncated() -> None:
    with pytest.raises(TruncatedError):
        read([], eof=True)


def test_a_body_without_a_length_lasts_until_the_end() -> None:
    assert not read([UNTIL_CLOSE]).complete


@pytest.mark.parametrize("data", [WITH_LENGTH, CHUNKED, CLOSED_1_1])
@pytest.mark.parametrize("excess", [WITH_LENGTH, b"x"])
def test_bytes_beyond_the_response_are_an_error(data: bytes, excess: bytes) -> None:
    for parts in [(data + excess,), (data, excess)]:
        reader = ResponseReader()
        with pytest.raises(ProtocolError):
            for part in parts:
                reader.feed(part)
        assert reader.status == 200


@pytest.mark.parametrize("data", [b"SSH-2.0-OpenSSH\r\n", b"HTTP/9.9 OK\r\n\r\n", b"\x00\x01"])
def test_bytes_that_are_not_http_are_an_error_without_a_status(data: bytes) -> None:
    reader = ResponseReader()
    with pytest.raises(ProtocolError):
        reader.feed(data)
    assert reader.status == 0


def test_a_broken_chunk_is_an_error_with_a_status() -> None:
    reader = ResponseReader()
    with pytest.raises(ProtocolError):
        reader.feed(CHUNKED.replace(b"6\r\n", b"zz\r\n"))
    assert reader.status == 200


def test_reading_an_endless_body_stops_at_the_limit() -> None:
    with pytest.raises(ProtocolError, match="the body is longer than"):
        read([UNTIL_CLOSE, b"x" * BODY_LIMIT])
    with pytest.raises(ProtocolError, match="longer than 10 bytes"):
        ResponseReader(body_limit=10).feed(WITH_LENGTH)


# --- what a client must accept (RFC 9110 and 9112) -----------------------------------------------


@pytest.mark.parametrize(
    "data",
    [
        b"HTTP/1.1 100 Continue\r\n\r\n" + WITH_LENGTH,
        b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\n"
        + WITH_LENGTH,
        b"HTTP/1.1 103 Early Hints\r\nContent-Type: text/html\r\n\r\n" + WITH_LENGTH,
        b"HTTP/1.0 100 Continue\r\nConnection: close\r\n\r\n" + WITH_LENGTH,
        WITH_LENGTH.replace(b"Type: ", b"Type:\r\n "),
        WITH_LENGTH.replace(b"Content-Type", b"X-A: one\r\n\ttwo\r\nContent-Type"),
        CHUNKED.replace(b"0\r\n\r\n", b"0\r\nContent-Type: text/html\r\n\r\n"),
        CHUNKED.replace(b"5\r\n", b'05;a=1;b="x y"\r\n'),
        b"\r\n" + WITH_LENGTH,
        WITH_LENGTH + b"\r\n",
        CLOSED_1_1.replace(b"close", b"keep-alive") + b"\r\n\r\n",
    ],
    ids=[
        "100",
        "102 and 103",
        "103 with a type of its own",
        "an interim response that says close",
        "folded type",
        "folded header",
        "type in a trailer",
        "chunk extensions",
        "empty line before",
        "empty line behind",
        "empty lines behind",
    ],
)
def test_a_valid_response_is_accepted(data: bytes) -> None:
    for parts in [(data,), tuple(data[at : at + 1] for at in range(len(data)))]:
        reader = read(parts)
        assert reader.complete
        assert (reader.status, reader.content_type, reader.body) == (200, b"text/plain", BODY)
        assert reader.reusable


def test_if_chunked_is_not_the_last_coding_the_body_lasts_until_the_end() -> None:
    data = UNTIL_CLOSE.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: identity\r\n\r\n")
    assert not read([data]).complete
    reader = read([data], eof=True)
    assert (reader.complete, reader.body, reader.reusable) == (True, BODY, False)


def test_a_switch_of_protocols_is_a_response_with_any_bytes_after_it() -> None:
    for upgrade in (b"", b"Connection: Upgrade\r\nUpgrade: websocket\r\n"):
        data = b"HTTP/1.1 101 Switching Protocols\r\n" + upgrade + b"\r\n"
        for parts in [(data,), (data + b"\x81\x05Hello",), (data, b"\x81", b"\x05Hello")]:
            reader = read(parts)
            assert (reader.complete, reader.status) == (True, 101)


# --- what is refused, and in which words ---------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (WITH_LENGTH.replace(b"\r\n", b"\n"), "Missing expected CR after response line"),
        (WITH_LENGTH.replace(b"Length: 11", b"Length: +11"), "Invalid character in Content-Length"),
        (WITH_LENGTH.replace(b"Plain", b"Pl\0ain"), "a header's value contains NUL"),
        (WITH_LENGTH.replace(b"Plain", b"Pl\rain"), "Missing expected LF after header value"),
        (WITH_LENGTH.replace(b"Plain", b"Pl\nain"), "Missing expected CR after header value"),
        (
            WITH_LENGTH.replace(b"\r\n\r\n", b"\r\nTransfer-Encoding: chunked\r\n\r\n"),
            "Transfer-Encoding can't be present with Content-Length",
        ),
        (WITH_LENGTH + b"x", "bytes after a complete response"),
    ],
)
def test_a_refusal_has_the_parsers_reason_for_any_split(data: bytes, words: str) -> None:
    for parts in [(data,), tuple(data[at : at + 1] for at in range(len(data)))]:
        with pytest.raises(ProtocolError, match=words):
            read(parts)


@pytest.mark.parametrize(
    ("begin", "more"),
    [
        (b"HTTP/1.1 200 OK\r\nX-A: ", b"a" * 8192),
        (b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n" * 1000),
        (CHUNKED[:-2], b"X-A: b\r\n" * 1000),
        (CHUNKED[: CHUNKED.index(b"5\r\n") + 1] + b";a=", b"b" * 8192),
        (b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 300),
        (b"", b"\r\n" * 4096),
    ],
    ids=["one header", "headers", "trailers", "chunk extension", "interim responses", "lines"],
)
def test_reading_endless_headers_stops_at_the_limit(begin: bytes, more: bytes) -> None:
    reader, fed = ResponseReader(), len(begin)
    reader.feed(begin)
    with pytest.raises(ProtocolError, match="128 KiB of headers"):
        while fed < 100 * BESIDE_LIMIT:
            fed += len(more)
            reader.feed(more)
    assert fed <= BESIDE_LIMIT + len(begin) + len(more) + len(BODY)
