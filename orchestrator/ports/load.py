"""What the bench asks of the load generator."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from labwire.events import LoadEvent, LoadStep
from labwire.slices import Slice
from orchestrator.model.settings import Loading
from orchestrator.ports.container import Container


class Load(Protocol):
    """A Locust master and its workers, which load one service."""

    @property
    def workers(self) -> Sequence[Container]:
        """The workers' containers."""

    def events(self) -> Iterator[LoadEvent]:
        """The master's events as they arrive; ends with its result or failure.

        Raises:
            TrialFailed: no event arrived for too long, the load did not end in time, or this
                version does not understand an event.
        """

    def logs(self) -> dict[str, str]:
        """Container name -> everything that it printed."""


class SliceLoad(Protocol):
    """The lab's client in one container: it loads several servers in slices, one at a time."""

    def aim(
        self,
        servers: Sequence[Container],
        *,
        within_s: float,
        workload: str | None = None,
        connections: int | None = None,
    ) -> None:
        """Load these servers from now on; wait until each of them gives the right answer.

        Args:
            within_s: seconds for all servers together.
            workload: what to request; None: the workload that this load was started for.
            connections: to each server in `spread`; None: as many as it usually has.

        Raises:
            ServerFailed: one of them did not in time.
            TrialFailed: the client failed.
        """

    def spread(self, requests: int, rate: float, seed: int) -> Slice:
        """Send each server the same number of requests, mixed at random; wait for all answers.

        Args:
            requests: for each server.
            rate: requests/s of all servers together, in an open loop.
            seed: of the random order.

        Raises:
            ServerFailed: not every request to one of them has ended.
            TrialFailed: the client failed.
        """

    def saturate(self, server: int, connections: int, seconds: float) -> Slice:
        """Load one server alone, in a closed loop; wait for the answers under way.

        Args:
            server: its place among those aimed at.

        Raises:
            TrialFailed: the client failed.
        """


class CommandedLoad(Protocol):
    """A Locust master and its workers, which stay ready beside a service between their steps."""

    def step(self, seconds: float) -> LoadStep:
        """Load the service for one step; wait for the requests under way, and close connections.

        Raises:
            TrialFailed: the load generator failed.
        """

    def logs(self) -> dict[str, str]:
        """Container name -> everything that it printed."""


class LoadGenerator(Protocol):
    """Starts load on a service."""

    def at(
        self, server: Container, workload: str, loading: Loading
    ) -> AbstractContextManager[Load]:
        """Start a Locust master and workers that load ``server``; the block's end removes them."""

    def commanded(
        self, server: Container, workload: str, loading: Loading
    ) -> AbstractContextManager[CommandedLoad]:
        """Start a Locust master and workers beside ``server`` that wait for commands.

        ``loading``: its profile has the users of every step, and the timeouts.

        Raises:
            TrialFailed: they did not become ready.
        """

    def slices(self, workload: str, loading: Loading) -> AbstractContextManager[SliceLoad]:
        """Start the lab's client alone, without Locust, for slices on command."""
