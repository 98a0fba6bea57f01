"""`--client engine`: each user of a worker is a connection of one engine."""

from collections.abc import Callable
from time import perf_counter_ns

from labload.counts.glance import Glance
from labload.counts.ledger import Ledger
from labload.counts.tally import Health
from labload.engine.drive import Driver
from labload.engine.engine import Engine
from labload.engine.schedule import Due, Schedule
from labload.engine.slot import Slot
from labload.engine.target import Target


class EngineLoad:
    """One engine and its driver, with the interface that `StockLoad` also has."""

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
        """Remove a user."""
        self._engine.close(slot)

    def enter(self, step: int, *, held: bool) -> None:
        """Requests that begin from now on belong to `step`; if `held`, none begins before `go`."""
        self._engine.enter(step, held=held)
        self._driver.mark()

    def go(self) -> None:
        """Let held users begin: all users of the step are present."""
        self._engine.go()
        self._driver.mark()

    def leave(self) -> None:
        """The step is over."""
        self._engine.leave(self._driver.health())

    def close_books(self) -> None:
        """Stop counting requests that began before now, and begin no others."""
        self._engine.close_books()

    def follow(self, rate: float, worker: int, workers: int) -> None:
        """Send this worker's part of `rate` (requests/s of all workers) on a schedule."""
        self.keep(Schedule.share(rate, worker, workers, perf_counter_ns()))

    def keep(self, schedule: Due) -> None:
        """Send requests when they are due on this schedule."""
        self._engine.follow(schedule)

    def glance(self, span_us: int) -> Glance:
        """The state since the last glance, `span_us` ago. Sets a mark, so it is not for a ramp."""
        health = self._driver.health()
        self._driver.mark()
        return Glance(span_us, *self._engine.crowd(), idle=health.idle, lag_us=health.lag_us)

    @property
    def busy(self) -> int:
        """Requests under way."""
        return self._engine.busy

    def health(self) -> Health:
        """Idle share and lag since the last `enter` or `go`."""
        return self._driver.health()

    def unfollow(self) -> None:
        """End the schedule."""
        self._engine.follow(None)

    def wait_until_quiet(self) -> None:
        """Return when no request is under way, at the latest when all have timed out."""
        self._driver.wait_until_quiet(self.target.request_timeout_s + 1)

    def give_up_connecting(self) -> None:
        """Close the connections that do not exist yet; call it when the books are closed."""
        self._engine.give_up_connecting()

    def hang_up(self) -> None:
        """Close all idle connections; each user's next request opens another."""
        self._engine.hang_up()

    def shut(self) -> None:
        """Close everything."""
        self._driver.kill()
        self._engine.shut()
