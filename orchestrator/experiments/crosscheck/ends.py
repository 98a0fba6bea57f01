"""What a cross-check needs beside the lab's client: another client, and the kernel's count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from labwire.expectation import Expectation
from orchestrator.experiments.crosscheck.record import Seen, WrkSlice
from orchestrator.ports import Container


class ReferenceClient(Protocol):
    """Another load generator, which shares no code with the lab's own."""

    def slice(self, server: Container, expectation: Expectation, *, compared: bool) -> WrkSlice:
        """Load ``server`` for one slice; ``compared``: compare every answer with the contract.

        Raises:
            TrialFailed: the client could not measure.
        """


class ServerEnd(Protocol):
    """Counts the requests that reach a server; the server itself takes no part."""

    def begin(self, server: Container) -> None:
        """Start to count.

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """The other client, and the counter at the server's end."""

    wrk: ReferenceClient
    server_end: ServerEnd
