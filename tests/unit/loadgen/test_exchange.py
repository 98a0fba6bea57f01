"""Each way an exchange can end, against real sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from labload.exchange import Connection, Target, aim
from labload.workloads import Workload
from tests.unit.loadgen.servers import Serve, reset, serving

WORKLOAD = Workload("text", "/text", 200, b"text/plain", b"Hello World")
HEADERS = b"Content-Type: text/plain; charset=utf-8\r\nContent-Length: 11\r\n\r\n"
ANSWER = b"HTTP/1.1 200 OK\r\n" + HEADERS + WORKLOAD.body
CLOSING = b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + HEADERS + WORKLOAD.body
TIMEOUT_S = 0.3


def target(url: str) -> Target:
    return aim(url, WORKLOAD, connect_timeout_s=TIMEOUT_S, request_timeout_s=TIMEOUT_S)


@contextmanager
def connected(serve: Serve) -> Iterator[Connection]:
    with serving(serve) as server:
        connection = Connection(target(server.url))
        try:
            yield connection
        finally:
            connection.close()


def answering(*answers: bytes) -> Serve:
    """Read a request, send an answer, for each of them; then close."""

    def serve(connection: socket.socket, _: int) -> None:
        for answer in answers:
            assert connection.recv(1000).startswith(b"GET /text HTTP/1.1\r\nHost: 127.0.0.1:")
            connection.sendall(answer)

    return serve


def test_a_connection_is_used_again() -> None:
    with connected(answering(ANSWER, ANSWER)) as connection:
        first, second = connection.exchange(), connection.exchange()
    assert (first.kind, first.connects, first.received) == (None, 1, len(ANSWER))
    assert (second.kind, second.connects, second.received) == (None, 0, len(ANSWER))
    assert first.latency_us > 0


def test_a_connection_that_the_server_announces_to_close_is_not_used_again() -> None:
    with connected(answering(CLOSING)) as connection:
        outcomes = [connection.exchange() for _ in range(3)]
    assert [(o.kind, o.connects, o.server_closes) for o in outcomes] == [(None, 1, 0)] * 3


@pytest.mark.parametrize("rude", [False, True], ids=["end", "reset"])
def test_a_close_while_idle_is_no_failure(rude: bool) -> None:
    closed = threading.Event()

    def serve(connection: socket.socket, number: int) -> None:
        answering(ANSWER)(connection, number)
        if rude:
            time.sleep(0.05)  # or the answer would be lost with the connection
            reset(connection)
        else:
            connection.close()
        closed.set()

    with connected(serve) as connection:
        assert connection.exchange().kind is None
        assert closed.wait(1)
        second = connection.exchange()
    assert (second.kind, second.connects, second.server_closes) == (None, 1, 1)


def test_a_close_after_the_request_was_sent_is_a_failure_even_on_a_used_connection() -> None:
    def serve(connection: socket.socket, number: int) -> None:
        answering(ANSWER)(connection, number)
        connection.recv(1000)

    with connected(serve) as connection:
        assert connection.exchange().kind is None
        second = connection.exchange()
    assert (second.kind, second.connects, second.server_closes) == ("eof", 0, 0)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (b"", "eof"),
        (ANSWER[:30], "eof"),
        (ANSWER[:-1], "eof"),
        (ANSWER.replace(b"200 OK", b"500 NO"), "bad_status"),
        (b"220 mail.example ESMTP\r\n", "bad_status"),
        (ANSWER.replace(b"World", b"Venus"), "bad_body"),
        (ANSWER.replace(b"text/plain", b"text/html"), "bad_body"),
        (ANSWER + b"and more", "bad_body"),
    ],
)
def test_a_wrong_answer_fails_by_its_kind(answer: bytes, kind: str) -> None:
    with connected(answering(answer)) as connection:
        outcome = connection.exchange()
    assert (outcome.kind, outcome.received) == (kind, len(answer))


def test_a_reset_is_a_failure() -> None:
    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        reset(connection)

    with connected(serve) as connection:
        assert connection.exchange().kind == "reset"


def test_what_is_said_unasked_fails_the_next_request() -> None:
    sent = threading.Event()

    def serve(connection: socket.socket, number: int) -> None:
        answering(ANSWER)(connection, number)
        if number == 0:
            time.sleep(0.05)
            connection.sendall(b"excess")
        sent.set()

    with connected(serve) as connection:
        assert connection.exchange().kind is None
        assert sent.wait(1)
        assert connection.exchange().kind == "bad_body"
        assert connection.exchange().kind is None


@pytest.mark.parametrize("dribble", [False, True], ids=["silent", "dribbling"])
def test_the_timeout_covers_the_whole_exchange(dribble: bool) -> None:
    def serve(connection: socket.socket, _: int) -> None:
        connection.recv(1000)
        for byte in ANSWER[:30]:
            time.sleep(TIMEOUT_S / 10)
            try:
                connection.sendall(bytes([byte]) if dribble else b"")
            except OSError:
                return  # the client has given up

    with connected(serve) as connection:
        outcome = connection.exchange()
    # A server that got another timeout for each byte would reach its last one, and close: "eof".
    assert outcome.kind == "timeout"
    assert outcome.latency_us >= TIMEOUT_S * 1e6


def test_refused() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    outcome = Connection(target(url)).exchange()
    assert (outcome.kind, outcome.connects) == ("connect_refused", 0)


def test_connect_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener:
        # Who is not accepted and finds the queue full waits for ever.
        queue = [socket.socket() for _ in range(3)]
        for waiting in queue:
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        connection = Connection(target(f"http://127.0.0.1:{listener.getsockname()[1]}"))
        outcome = connection.exchange()
        for waiting in queue:
            waiting.close()
    assert (outcome.kind, outcome.connects) == ("connect_timeout", 0)
    assert outcome.latency_us >= TIMEOUT_S * 1e6


def test_the_generators_own_trouble_is_not_the_servers_failure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def connect(self: socket.socket, address: object) -> None:
        raise OSError(99, "Cannot assign requested address")

    monkeypatch.setattr("labload.exchange.socket.socket.connect", connect)
    with pytest.raises(OSError, match="Cannot assign"):
        Connection(target("http://127.0.0.1:1")).exchange()


def test_the_target_must_be_a_url() -> None:
    with pytest.raises(ValueError, match="http://host:port"):
        target("framework:8000")
