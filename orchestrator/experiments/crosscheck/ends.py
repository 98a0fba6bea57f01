"""What a cross-check needs beside the lab's own load: another client, and a count by the kernel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from orchestrator.experiments.crosscheck.record import Seen, WrkSlice
from orchestrator.model.entry import Expectation
from orchestrator.ports import Container


class ReferenceClient(Protocol):
    """Another load generator: it shares nothing with the lab's own."""

    def slice(self, server: Container, expectation: Expectation, *, compared: bool) -> WrkSlice:
        """One slice at ``server``; ``compared``: every answer with the contract.

        Raises:
            TrialFailed: it could not do its work.
        """


class ServerEnd(Protocol):
    """Counts the requests that reach a server without the server's help."""

    def begin(self, server: Container) -> None:
        """Count from now on.

        Raises:
            TrialFailed: it cannot be counted here.
        """

    def seen(self, server: Container) -> Seen:
        """What was counted since.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """

    def end(self, server: Container) -> None:
        """Count no more.

        Raises:
            TrialFailed: the server has ended, and its counts with it.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Ends:
    """Both."""

    wrk: ReferenceClient
    server_end: ServerEnd
