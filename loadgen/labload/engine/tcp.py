"""Asks the kernel whether a request on a connection ever reached the other end."""

import _socket
import errno
from struct import unpack_from
from typing import Any

INFO = 136
"""Bytes of `struct tcp_info` up to and including the fields used here (Linux 4.1 and later)."""
UNACKED, ACKED, RECEIVED = 24, 120, 128
"""Offsets: segments not acknowledged, bytes acknowledged (SYN counts as one), bytes received (FIN
counts as one)."""


def was_answered(sock: Any) -> bool:
    """Whether anything was ever received on this connection."""
    info = sock.getsockopt(_socket.IPPROTO_TCP, _socket.TCP_INFO, INFO)
    return len(info) == INFO and unpack_from("Q", info, RECEIVED)[0] > 1


def ended_before_the_request(sock: Any, length: int, earlier: int | None = None) -> bool:
    """Whether the peer ended this used connection before the last request reached it.

    For a connection whose end (FIN) has been read. The FIN acknowledges everything that had arrived
    when it was sent. So a request that is not acknowledged arrived later, and so did a request that
    got a reset after the FIN (EPIPE): the server cannot have read it. But a long request has
    several segments, and if the first one was acknowledged, the server may have read that.

    Args:
        length: bytes of the last request on this connection.
        earlier: bytes of all requests before it; None if each of them had `length` bytes.
    """
    if not was_answered(sock):
        return False
    info = sock.getsockopt(_socket.IPPROTO_TCP, _socket.TCP_INFO, INFO)
    arrived = unpack_from("Q", info, ACKED)[0] - 1
    if arrived % length if earlier is None else arrived - earlier:
        return False
    if unpack_from("I", info, UNACKED)[0] > 0:
        return True
    error: int = sock.getsockopt(_socket.SOL_SOCKET, _socket.SO_ERROR)
    return error == errno.EPIPE
