"""Responses are read the same however the network cuts them up."""

from collections.abc import Sequence

import pytest

from labload.protocol import BODY_LIMIT, ProtocolError, ResponseReader, TruncatedError

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
def test_what_is_not_http_is_an_error_without_a_status(data: bytes) -> None:
    reader = ResponseReader()
    with pytest.raises(ProtocolError):
        reader.feed(data)
    assert reader.status is None


def test_a_broken_chunk_is_an_error_with_a_status() -> None:
    reader = ResponseReader()
    with pytest.raises(ProtocolError):
        reader.feed(CHUNKED.replace(b"6\r\n", b"zz\r\n"))
    assert reader.status == 200


def test_an_endless_body_is_given_up() -> None:
    with pytest.raises(ProtocolError, match="exceeds"):
        read([UNTIL_CLOSE, b"x" * BODY_LIMIT])
