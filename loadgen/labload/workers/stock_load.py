"""`--client fasthttp` and `--client http`: Locust's own users, for comparison with the engine.

The lab counts their requests like the engine's, but each one costs the worker 20 to 50 times as
much CPU time. When a connection breaks, geventhttpclient silently sends the request once more,
unless its method is POST or PATCH.
"""

from itertools import cycle
from time import perf_counter_ns
from typing import Protocol

from gevent.event import Event

from labload.counts.glance import Glance
from labload.counts.ledger import Ledger
from labload.counts.tally import Health
from labload.engine.target import Target
from labwire.exchange import Exchange
from labwire.failure import ANSWERS, FailureKind

CONNECT_PAUSE_S = 0.1
"""Pause after a failed connect, as in the engine, because a refusal takes microseconds."""


class StockUser(Protocol):
    """One of Locust's own users."""

    def hang_up(self) -> None:
        """Close its idle connections."""


class StockLoad:
    """The state that Locust's own users of one worker share."""

    def __init__(self, target: Target, ledger: Ledger) -> None:
        self.target = target
        self.ledger = ledger
        self._users: dict[StockUser, int] = {}  # user -> when it joined
        self._asking: dict[object, tuple[int, int]] = {}  # user -> step and start of its request
        self._answered: set[object] = set()
        self._gate = Event()
        self._gate.set()
        self._quiet = Event()
        self._exchanges = cycle(target.expectation.exchanges)

    def next(self) -> Exchange:
        """What the next request is, and its right answer."""
        return next(self._exchanges)

    # --- users -----------------------------------------------------------------------------------

    def join(self, user: StockUser) -> None:
        """Add a user."""
        self._users[user] = perf_counter_ns()

    def part(self, user: StockUser) -> None:
        """Remove a user, possibly during a request."""
        now = perf_counter_ns()
        self.ledger.left(self._users.pop(user), now)
        if user in self._asking:
            step, began_ns = self._end(user)
            self.ledger.abandoned(step, began_ns, now)

    def begin(self, user: object) -> None:
        """Begin a request; waits while users are held."""
        self._gate.wait()
        self._asking[user] = self.ledger.step, perf_counter_ns()
        self.ledger.began()

    def end(self, user: object, kind: FailureKind | None, reason: str = "") -> bool:
        """Count a request that has ended, as a success if `kind` is None; whether it counted."""
        now, (step, began_ns) = perf_counter_ns(), self._end(user)
        if kind is None or kind in ANSWERS:
            self._answered.add(user)
        if kind is None:
            self.ledger.succeeded(step, began_ns, now)
        else:
            self.ledger.failed(step, began_ns, now, kind, reason)
        return self.ledger.counts(step)

    def _end(self, user: object) -> tuple[int, int]:
        asked = self._asking.pop(user)
        if not self._asking:
            self._quiet.set()
        return asked

    # --- the master ------------------------------------------------------------------------------

    def enter(self, step: int, *, held: bool) -> None:
        """Requests that begin from now on belong to `step`; if `held`, none begins before `go`."""
        self._answered.clear()
        self.ledger.enter(step, perf_counter_ns())
        if held:
            self._gate.clear()
        self.ledger.paused = held

    def go(self) -> None:
        """Let held users begin: all users of the step are present."""
        self.ledger.started_ns = perf_counter_ns()
        self.ledger.paused = False
        self._gate.set()

    def leave(self) -> None:
        """The step is over."""
        now, counts = perf_counter_ns(), self.ledger.counts
        ages = [(now - began) // 1000 for step, began in self._asking.values() if counts(step)]
        for since_ns in self._users.values():
            self.ledger.left(since_ns, now)
        self.ledger.leave(ages, len(self._answered), now, Health())

    def close_books(self) -> None:
        """Stop counting requests that began before now, and begin no others."""
        self.ledger.close(self._asking.values(), perf_counter_ns())
        self.ledger.paused = True
        self._gate.clear()

    def follow(self, rate: float, worker: int, workers: int) -> None:
        """Raises ValueError: Locust's own users cannot keep to a schedule."""
        raise ValueError("an arrival rate needs --client engine")

    def glance(self, span_us: int) -> Glance:
        """The current state; idle time and lag are unknown."""
        answered = len(self._answered & self._users.keys())
        return Glance(
            span_us,
            users=len(self._users),
            answered=answered,
            under_way=len(self._asking),
            overdue=0,
            idle=None,
            lag_us=None,
        )

    def unfollow(self) -> None:
        """Does nothing: there is never a schedule."""

    def wait_until_quiet(self) -> None:
        """Return when no request is under way, at the latest when all have timed out."""
        if self._asking:
            self._quiet.clear()
            self._quiet.wait(self.target.request_timeout_s + 1)

    def give_up_connecting(self) -> None:
        """Does nothing: only the users themselves know what they wait for."""

    def hang_up(self) -> None:
        """Close all idle connections."""
        for user in self._users.keys() - self._asking.keys():
            user.hang_up()

    def shut(self) -> None:
        """Begin no more requests."""
        self._gate.clear()
