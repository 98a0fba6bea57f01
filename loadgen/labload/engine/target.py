"""The address, the request and the timeouts of a load."""

import errno
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from labwire.expectation import Expectation

REFUSALS = frozenset((errno.ECONNREFUSED, errno.ECONNRESET, errno.EHOSTUNREACH, errno.ENETUNREACH))
"""Unreachable counts as refused, because a container that died no longer has its address."""


@dataclass(frozen=True, slots=True)
class Target:
    """One workload's requests to one address."""

    url: str
    """http://host:port, without a path."""
    family: int
    address: Any
    """Resolved once, so that no name lookup is part of a measurement."""
    host: str
    """Value of the Host header."""
    expectation: Expectation
    connect_timeout_s: float
    request_timeout_s: float
    """For the whole exchange, including the time to connect."""

    @property
    def request(self) -> bytes:
        """The bytes of the first request."""
        return self.expectation.request.encoded(self.host)


def aim(
    url: str, expectation: Expectation, connect_timeout_s: float, request_timeout_s: float
) -> Target:
    """The target at `url` (http://host:port).

    Raises:
        OSError: the name does not resolve.
        ValueError: the URL has another form.
    """
    parts = urlsplit(url)
    if parts.scheme != "http" or not parts.hostname:
        raise ValueError(f"the target must look like http://host:port, not {url!r}")
    family, _, _, _, address = socket.getaddrinfo(
        parts.hostname, parts.port or 80, type=socket.SOCK_STREAM
    )[0]
    return Target(
        url=f"http://{parts.netloc}",
        family=family,
        address=address,
        host=parts.netloc,
        expectation=expectation,
        connect_timeout_s=connect_timeout_s,
        request_timeout_s=request_timeout_s,
    )
