"""The kernel shows whether a request reached a server that closed the connection."""

import select
import socket
from collections.abc import Iterator

import pytest

from labload.engine.tcp import ended_before_the_request, was_answered
from tests.unit.loadgen.engine.servers import reset

LENGTH = 6
"""Bytes of each request below."""


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    """The client's and the server's end of a connection over loopback."""
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_connection(listener.getsockname(), 5) as client,
        listener.accept()[0] as server,
    ):
        server.settimeout(5)
        yield client, server


def until(client: socket.socket, event: int) -> None:
    """Wait until the client's kernel knows about the close."""
    poll = select.poll()
    poll.register(client, event)
    assert poll.poll(5000)


def one_exchange(client: socket.socket, server: socket.socket) -> None:
    client.sendall(b"first1")
    assert server.recv(100) == b"first1"
    server.sendall(b"answer")
    assert client.recv(100) == b"answer"


def test_a_request_after_the_servers_close_was_never_read(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    one_exchange(client, server)
    server.close()
    until(client, select.POLLRDHUP)
    client.sendall(b"second")
    until(client, select.POLLHUP)  # the reset that answers the request
    assert client.recv(100) == b""
    assert ended_before_the_request(client, LENGTH)


def test_a_request_that_was_read_is_not_sent_again(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    one_exchange(client, server)
    client.sendall(b"second")
    assert server.recv(100) == b"second"
    server.close()
    assert client.recv(100) == b""
    assert not ended_before_the_request(client, LENGTH)


def test_a_request_of_which_a_part_was_read_is_not_asked_again(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    one_exchange(client, server)
    client.sendall(b"sec")
    assert server.recv(100) == b"sec"
    server.close()
    until(client, select.POLLRDHUP)
    client.sendall(b"ond")
    until(client, select.POLLHUP)
    assert client.recv(100) == b""
    assert not ended_before_the_request(client, LENGTH)


def test_a_connection_on_which_nothing_was_ever_answered_was_not_idle(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    server.close()
    until(client, select.POLLRDHUP)
    client.sendall(b"first1")
    until(client, select.POLLHUP)
    assert client.recv(100) == b""
    assert not was_answered(client)
    assert not ended_before_the_request(client, LENGTH)


def test_a_reset_idle_connection_accepts_no_request(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    client, server = ends
    one_exchange(client, server)
    reset(server)
    until(client, select.POLLHUP)
    with pytest.raises(OSError, match="reset"):
        client.sendall(b"second")
    assert was_answered(client)
