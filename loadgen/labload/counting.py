"""Counting on the worker: what every request passes through, so it must be cheap."""

from collections.abc import Callable
from typing import Any, Protocol

from labload.exchange import Connection, Outcome
from labload.tally import Tally, Totals, to_wire

CONNECT_FAILURES = frozenset(("connect_refused", "connect_timeout"))
CONNECT_PAUSE_S = 0.1
"""A refusal takes microseconds: without a pause a dead server would seem to answer very fast."""


class Gate(Protocol):
    """Holds the users back while their number changes (a gevent event)."""

    def is_set(self) -> bool:
        """Whether users may go on."""

    def wait(self) -> object:
        """Return when they may."""


class RequestLog(Protocol):
    """The part of Locust's statistics that is fed from here."""

    def log_request(self, method: str, name: str, response_time: Any, content_length: int) -> None:
        """Count a request and its response time in milliseconds."""

    def log_error(self, method: str, name: str, error: Any) -> None:
        """Count a failure of a request that was logged as well."""


class Counter:
    """Counts the requests of one worker, for the lab and for Locust alike.

    Locust's own tables are fed directly, not through `events.request`: firing the event ends in
    the same two calls, after twice the time for collecting what no listener here reads.
    """

    def __init__(self, log: RequestLog, name: str, step: int = 0) -> None:
        self._log = log
        self._name = name
        self._tally = Tally()
        self._step = step
        self._began = self._requests = self._failures = 0
        self._connects = self._server_closes = 0
        self.counting = True
        """False once the trial is over; what ends later is neither success nor failure."""

    def enter(self, step: int) -> None:
        """Requests that begin from now on belong to `step`."""
        self._step = step

    def begin(self) -> int:
        """Count a request that begins; hand the returned step to `record`."""
        self._began += 1
        step = self._step
        self._tally.steps[step].began += 1
        return step

    def record(self, began: int, outcome: Outcome) -> None:
        """Count a request of step `began` that has ended."""
        if not self.counting:
            return
        kind, latency_us, received, connects, server_closes = outcome
        tally = self._tally
        self._requests += 1
        self._log.log_request("GET", self._name, latency_us / 1000, received)
        if kind is None:
            tally.steps[began].latencies[latency_us] += 1
            tally.steps[self._step].completed += 1
        else:
            self._failures += 1
            self._log.log_error("GET", self._name, kind)
            tally.steps[began].failures[kind] += 1
        if connects:
            self._connects += 1
            tally.connects += 1
        if server_closes:
            self._server_closes += 1
            tally.server_closes += 1

    def drain(self) -> dict[str, Any]:
        """What was counted since the last call, ready to travel."""
        tally, self._tally = self._tally, Tally()
        return to_wire(tally)

    def totals(self) -> Totals:
        """All that was ever counted here, kept apart from what was drained."""
        return Totals(
            requests=self._requests,
            failures=self._failures,
            unfinished=self._began - self._requests,
            connects=self._connects,
            server_closes=self._server_closes,
        )


def keep_asking(
    connection: Connection, counter: Counter, gate: Gate, pause: Callable[[float], object]
) -> None:
    """What a user does: one request after another, without thinking time, while it counts."""
    while counter.counting:
        if not gate.is_set():
            gate.wait()
        began = counter.begin()
        outcome = connection.exchange()
        counter.record(began, outcome)
        if outcome.kind in CONNECT_FAILURES:
            pause(CONNECT_PAUSE_S)
