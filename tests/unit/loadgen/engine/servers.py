"""A loopback server in a thread. The test decides what it does with each connection."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Serve = Callable[[socket.socket, int], None]
"""Handles one accepted connection, given its number, counted from 0."""


class Server:
    """The server's port, and what it has received."""

    def __init__(self, listener: socket.socket) -> None:
        self.url = "http://{}:{}".format(*listener.getsockname())
        self.connections = 0


@contextmanager
def serving(serve: Serve) -> Iterator[Server]:
    """A server that handles each connection with `serve`, one at a time, then closes it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        server = Server(listener)
        done = threading.Event()

        def accept() -> None:
            while True:
                connection, _ = listener.accept()
                if done.is_set():
                    connection.close()
                    return
                with connection:
                    connection.settimeout(5)
                    with suppress(ConnectionError):  # a client may close at any moment
                        serve(connection, server.connections)
                    server.connections += 1

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield server
        finally:
            done.set()
            socket.create_connection(listener.getsockname(), 5).close()
            thread.join(15)  # longer than any connection lasts


def reset(connection: socket.socket) -> None:
    """Close with a reset instead of an orderly end."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
