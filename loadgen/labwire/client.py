"""Who sends the requests: the lab's own client, or one of the two that Locust brings."""

from __future__ import annotations

from enum import StrEnum

MOST_USERS = 100_000
"""Of one trial, whatever a person asks for: a host has fewer ports to begin connections from."""
FASTHTTP_USERS = 900
"""Of one worker with FastHttpUser: with file descriptors from 1024 on geventhttpclient takes each
connection for dead and silently opens a new one for every request. The rest below is the worker's
own."""


class Client(StrEnum):
    """By the name that `--client` takes; the first is the default."""

    ENGINE = "engine"
    FASTHTTP = "fasthttp"
    HTTP = "http"

    @property
    def has_open_loop(self) -> bool:
        """Whether it can send at an arrival rate: Locust's own users know no schedule."""
        return self is Client.ENGINE

    def most_users(self, workers: int) -> int | None:
        """Users that so many workers can have; None where there is no limit."""
        return FASTHTTP_USERS * workers if self is Client.FASTHTTP else None


CLIENTS = tuple(client.value for client in Client)
"""Their names, for a command line."""
