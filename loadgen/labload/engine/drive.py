"""Runs the engine's turns inside gevent's loop, one turn for each pass of the loop.

So Locust's heartbeats and reports wait for at most one batch of requests, even when the worker's
CPU is saturated. A turn runs in the loop's own greenlet, because switching to another one would
cost as much as a request.
"""

from collections.abc import Callable
from pathlib import Path
from time import perf_counter_ns
from typing import Any

import gevent
from gevent.event import Event

from labload.counts.tally import Health
from labload.engine.engine import Engine
from labwire import netstat

SWEEP_S = 0.05


class Driver:
    """Runs one engine's turns and sweeps, and measures its idle time and lag."""

    def __init__(self, engine: Engine, on_error: Callable[[BaseException], object]) -> None:
        self._engine = engine
        self._on_error = on_error
        self._quiet = Event()
        self.mark()
        loop: Any = gevent.get_hub().loop
        # These run last before polling and first after it, so other greenlets, above all Locust's,
        # do not count as idle.
        self._watchers = [
            loop.io(engine.fileno(), 1),
            loop.prepare(priority=loop.MINPRI),
            loop.check(priority=loop.MAXPRI),
        ]
        for watcher, call in zip(
            self._watchers, (self._turn, self._falls_asleep, self._wakes), strict=True
        ):
            watcher.start(call)
        self._sweeping = gevent.spawn(self._sweeps)
        self._sweeping.link_exception(lambda ended: on_error(ended.exception))

    def mark(self) -> None:
        """`health` counts from here on."""
        self._since_ns = self._asleep_ns = perf_counter_ns()
        self._idle_ns = self._lag_ns = 0
        self._overflows = _listen_overflows()

    def health(self) -> Health:
        """Idle share, lag and listen overflows since the last mark."""
        return Health(
            idle=self._idle_ns / max(perf_counter_ns() - self._since_ns, 1),
            lag_us=self._lag_ns // 1000,
            listen_overflows=_difference(_listen_overflows(), self._overflows),
        )

    def wait_until_quiet(self, timeout_s: float) -> None:
        """Return when no request is under way, or when the time is up."""
        self._quiet.clear()
        self._quiet.wait(timeout_s)

    def kill(self) -> None:
        """Stop all turns and sweeps."""
        for watcher in self._watchers:
            watcher.stop()
            watcher.close()
        self._sweeping.kill()

    def _turn(self) -> None:
        try:
            self._engine.turn()
        except Exception as error:  # noqa: BLE001 - any error ends the trial
            self._watchers[0].stop()
            # The loop's own greenlet must not wait for anything.
            gevent.spawn(self._on_error, error)

    def _falls_asleep(self) -> None:
        self._asleep_ns = perf_counter_ns()

    def _wakes(self) -> None:
        self._idle_ns += perf_counter_ns() - self._asleep_ns

    def _sweeps(self) -> None:
        while True:
            before = perf_counter_ns()
            gevent.sleep(SWEEP_S)
            self._lag_ns = max(self._lag_ns, perf_counter_ns() - before - int(SWEEP_S * 1e9))
            self._engine.sweep()
            if not self._engine.busy:
                self._quiet.set()


def _listen_overflows() -> int | None:
    """The counter of this process's network namespace; None if the kernel hides it."""
    try:
        return netstat.listen_overflows(Path(netstat.PATH).read_text(encoding="ascii"))
    except OSError:
        return None


def _difference(later: int | None, earlier: int | None) -> int | None:
    return None if later is None or earlier is None else later - earlier
