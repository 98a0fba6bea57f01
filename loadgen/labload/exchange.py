"""One user's connection: a request, its whole answer, and what became of it.

The sockets are the standard library's, which Locust has made cooperative. Nothing is ever tried
twice: each request is sent at most once and ends in exactly one `Outcome`.
"""

import errno
import select
import socket
from dataclasses import dataclass
from time import perf_counter_ns
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gevent.monkey import get_original

from labload.protocol import ProtocolError, ResponseReader, TruncatedError
from labload.workloads import Workload

CHUNK = 4096
"""Bytes asked of the socket at once; the contract's answers, headers included, fit."""

# The unpatched poll: it takes any file descriptor (select stops at 1023) and with a timeout of
# zero it never blocks, so there is nothing to make cooperative.
_new_poll = get_original("select", "poll")


class Outcome(NamedTuple):
    """What became of one request. A tuple, because one is made for every request."""

    kind: str | None
    """None for a success, else connect_refused, connect_timeout, reset, eof, timeout, bad_status
    (another status, or no HTTP response at all) or bad_body (another body or content type, a
    body that breaks off the protocol, or bytes beyond it)."""
    latency_us: int
    """From just before the request was sent, or from just before connecting if it needed that."""
    received: int
    """Bytes of the response, headers included."""
    connects: int
    """Connections opened for it: 0 or 1."""
    server_closes: int
    """Idle connections that the server was found to have closed before the request was sent."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes and how long it may take."""

    family: int
    address: Any
    """Resolved once: no name is looked up while anything is timed."""
    request: bytes
    workload: Workload
    connect_timeout_s: float
    request_timeout_s: float
    """For the whole exchange, connecting included."""


class _FailedError(Exception):
    """Carries the kind of a failure up to `exchange()`."""


def aim(url: str, workload: Workload, connect_timeout_s: float, request_timeout_s: float) -> Target:
    """The target at `url` (http://host:port). Raises OSError if the name does not resolve."""
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"the target must look like http://host:port, not {url!r}")
    family, _, _, _, address = socket.getaddrinfo(
        parts.hostname, parts.port or 80, type=socket.SOCK_STREAM
    )[0]
    request = f"GET {workload.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: weblab\r\n\r\n"
    return Target(
        family=family,
        address=address,
        request=request.encode("ascii"),
        workload=workload,
        connect_timeout_s=connect_timeout_s,
        request_timeout_s=request_timeout_s,
    )


class Connection:
    """At most one open connection to the target, reused as long as the server allows."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._socket: socket.socket | None = None
        self._reader = ResponseReader()
        self._poll: Any = None
        self._type_seen = False
        self._received = 0

    def exchange(self) -> Outcome:
        """Send one request and read its answer.

        Raises OSError only for what is this side's own fault (no free port, no file descriptor
        left): that says nothing about the server and must not count as its failure.
        """
        server_closes = connects = 0
        self._received = 0
        kind: str | None
        began_ns = perf_counter_ns()
        deadline_ns = began_ns + int(self._target.request_timeout_s * 1e9)
        try:
            if self._socket is not None and self._closed_while_idle(self._socket):
                server_closes = 1
                self._drop()
            sock = self._socket
            if sock is None:
                sock = self._connect()
                connects = 1
            self._ask(sock, deadline_ns)
            kind = self._judge()
        except _FailedError as failure:
            kind = str(failure)
            self._drop()
        latency_us = (perf_counter_ns() - began_ns) // 1000
        if self._socket is not None and not self._reader.reusable:
            # At once: a server may wait for our end to close before it serves anyone else, as
            # gunicorn's sync worker does for up to two seconds.
            self._drop()
        return Outcome(kind, latency_us, self._received, connects, server_closes)

    def close(self) -> None:
        """Close whatever is open; the connection may be used again afterwards."""
        self._drop()

    def _connect(self) -> socket.socket:
        target = self._target
        self._socket = sock = socket.socket(target.family, socket.SOCK_STREAM)
        sock.settimeout(min(target.connect_timeout_s, target.request_timeout_s))
        try:
            sock.connect(target.address)
        except TimeoutError:
            raise _FailedError("connect_timeout") from None
        except OSError as error:
            if error.errno in _REFUSALS:
                raise _FailedError("connect_refused") from None
            self._drop()
            raise
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._reader = ResponseReader()
        self._poll = None
        self._type_seen = False
        return sock

    def _ask(self, sock: socket.socket, deadline_ns: int) -> None:
        """Send the request and read until the response is complete."""
        reader, request = self._reader, self._target.request
        reader.begin()
        try:
            # Before every wait the rest of the time, not the whole: a server that sends a byte
            # now and then does not get another timeout for each of them.
            sock.settimeout(_remaining_s(deadline_ns))
            sent = sock.send(request)
            while sent < len(request):
                sent += sock.send(request[sent:])
            while not reader.complete:
                data = sock.recv(CHUNK)
                if not data:
                    reader.eof()
                    break
                self._received += len(data)
                reader.feed(data)
                if not reader.complete:
                    sock.settimeout(_remaining_s(deadline_ns))
        except TimeoutError:
            raise _FailedError("timeout") from None
        except ConnectionError:
            raise _FailedError("reset") from None
        except TruncatedError:
            raise _FailedError("eof") from None
        except ProtocolError:
            raise _FailedError("bad_status" if reader.status is None else "bad_body") from None

    def _judge(self) -> str | None:
        """The kind of failure of a complete response, None if it is what the contract says."""
        reader, workload = self._reader, self._target.workload
        if reader.status != workload.status:
            return "bad_status"
        if reader.body != workload.body:
            return "bad_body"
        if not self._type_seen:
            # Once for each connection: the header is the same code for every response.
            if not reader.content_type.startswith(workload.content_type):
                return "bad_body"
            self._type_seen = True
        return None

    def _closed_while_idle(self, sock: socket.socket) -> bool:
        """Whether the server has closed the idle connection; what it said unasked is a failure."""
        if self._poll is None:
            self._poll = _new_poll()
            self._poll.register(sock.fileno(), select.POLLIN)
        if not self._poll.poll(0):
            return False
        try:
            if sock.recv(CHUNK):
                raise _FailedError("bad_body")
        except ConnectionError:
            pass
        return True

    def _drop(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


_REFUSALS = (errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH)
"""Unreachable counts as refused: so looks a container that died and took its address with it."""


def _remaining_s(deadline_ns: int) -> float:
    remaining_s = (deadline_ns - perf_counter_ns()) / 1e9
    if remaining_s <= 0:
        raise TimeoutError
    return remaining_s
