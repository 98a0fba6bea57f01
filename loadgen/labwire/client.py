"""Which client sends the requests: the lab's own, or one of the two that Locust has."""

from __future__ import annotations

from enum import StrEnum

MOST_USERS = 100_000
"""Most users of one trial: a host has fewer local ports for connections than this."""
FASTHTTP_USERS = 900
"""Most users of one worker with FastHttpUser. If a socket's file descriptor is 1024 or higher,
geventhttpclient takes the connection for dead and silently opens a new one for every request. The
worker needs the other descriptors below 1024 itself."""


class Client(StrEnum):
    """The values are those of `--client`; the first is the default."""

    ENGINE = "engine"
    FASTHTTP = "fasthttp"
    HTTP = "http"

    @property
    def has_open_loop(self) -> bool:
        """Whether it can send at an arrival rate; Locust's own users cannot follow a schedule."""
        return self is Client.ENGINE

    def most_users(self, workers: int) -> int | None:
        """The most users that `workers` can have together; None without a limit."""
        return FASTHTTP_USERS * workers if self is Client.FASTHTTP else None


CLIENTS = tuple(client.value for client in Client)
"""All names, for `--client`."""
