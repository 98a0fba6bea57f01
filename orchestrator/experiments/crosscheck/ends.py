"""What a cross-check needs beside the lab's client: another client, and the kernel's word."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from labwire.expectation import Expectation
from orchestrator.experiments.crosscheck.record import Seen, WrkSlice
from orchestrator.ports import Container


class ReadyClient(Protocol):
    """A client that stays ready beside a server between its slices."""

    def slice(self, seconds: float) -> WrkSlice:
        """Load the server for one slice.

        Raises:
            TrialFailed: the client could not measure.
        """


class ReferenceClient(Protocol):
    """Another load generator, which shares no code with the lab's own."""

    def ready(
        self, server: Container, expectation: Expectation, *, compared: bool
    ) -> AbstractContextManager[ReadyClient]:
        """Keep it ready during the block; ``compared``: compare every answer with the contract."""


class Watch(Protocol):
    """Sees the connections of one server."""

    def until_quiet(self, client: str) -> None:
        """Return when the server has no connection left, and so no request to answer.

        Args:
            client: whose slice has ended, for the message.

        Raises:
            TrialFailed: it keeps connections that their client has closed.
        """


class ServerEnd(Protocol):
    """What the kernel knows at the server's end; the server itself takes no part."""

    def begin(self, server: Container) -> None:
        """Start to count requests.

        Raises:
            TrialFailed: this host cannot count them.
        """

    def seen(self, server: Container) -> Seen:
        """The counts since `begin`.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """

    def end(self, server: Container) -> None:
        """Stop counting.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """

    def watch(self, server: Container) -> AbstractContextManager[Watch]:
        """See the server's connections during the block."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The other client, and the kernel at the server's end."""

    wrk: ReferenceClient
    server_end: ServerEnd
