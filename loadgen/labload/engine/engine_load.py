"""`--client engine`: all users of a worker are connections of one engine."""

from collections.abc import Callable
from time import perf_counter_ns

from labload.counts.glance import Glance
from labload.counts.ledger import Ledger
from labload.engine.drive import Driver
from labload.engine.engine import Engine
from labload.engine.schedule import Schedule
from labload.engine.slot import Slot
from labload.engine.target import Target


class EngineLoad:
    """An engine at work."""

    def __init__(
        self, target: Target, ledger: Ledger, on_error: Callable[[BaseException], object]
    ) -> None:
        self.target = target
        self.ledger = ledger
        self._engine = Engine(target, ledger)
        self._driver = Driver(self._engine, on_error)

    def open(self) -> Slot:
        """A connection for a user."""
        return self._engine.open()

    def close(self, slot: Slot) -> None:
        """The user is taken away."""
        self._engine.close(slot)

    def enter(self, step: int, *, held: bool) -> None:
        """Requests that begin from now on belong to `step`; if `held`, none begins before `go`."""
        self._engine.enter(step, held=held)
        self._driver.mark()

    def go(self) -> None:
        """The users of the step are there."""
        self._engine.go()
        self._driver.mark()

    def leave(self) -> None:
        """The step is over."""
        self._engine.leave(self._driver.health())

    def close_books(self) -> None:
        """What has begun until now counts no more when it ends, and nothing begins."""
        self._engine.close_books()

    def follow(self, rate: float, worker: int, workers: int) -> None:
        """Send this worker's part of `rate` (requests/s of all workers) on schedule."""
        self._engine.follow(Schedule.share(rate, worker, workers, perf_counter_ns()))

    def glance(self, span_us: int) -> Glance:
        """How it fares since the last glance, `span_us` ago; a ramp has marks of its own."""
        health = self._driver.health()
        self._driver.mark()
        return Glance(span_us, *self._engine.crowd(), idle=health.idle, lag_us=health.lag_us)

    def unfollow(self) -> None:
        """Nothing is due any more."""
        self._engine.follow(None)

    def wait_until_quiet(self) -> None:
        """Return when no request is under way; they time out."""
        self._driver.wait_until_quiet(self.target.request_timeout_s + 1)

    def shut(self) -> None:
        """Close everything."""
        self._driver.kill()
        self._engine.shut()
