"""The worker's side: the messages from and to the master, and the load of this process.

Custom messages, besides Locust's own:
  lab_step      {"index", "hold_back", "rate", "workers"} requests that begin from now on belong to
                                  this step; with "hold_back", none begins before lab_go; with a
                                  rate, they begin on a schedule
  lab_go        {}                all users of the step are present
  lab_collect   {"round", "close", "hang_up"} report now; with "close", stop counting requests that
                                  are under way, and answer when they have ended; with "hang_up",
                                  close all connections before the answer
  lab_collected {"round", "totals"} (to the master) everything counted so far has been reported

Locust's own reports carry "lab_listens", whether the worker takes these messages yet; "lab", the
counts since the previous report; and in interactive use "lab_glance", the worker's current state.
"""

import sys
from collections.abc import Callable
from dataclasses import asdict
from time import perf_counter_ns
from typing import Any

import gevent
from locust import runners
from locust.env import Environment
from locust.runners import WorkerRunner

from labload.counts.ledger import Ledger
from labload.engine.engine_load import EngineLoad
from labload.engine.target import Target
from labload.workers.locust_stats import LocustStats
from labload.workers.options import chosen_rate, chosen_target
from labload.workers.stock_load import StockLoad
from labwire.client import Client


class Worker:
    """The load that the users of a process share: of a worker, or of the only process."""

    def __init__(self) -> None:
        # From the master, which announces the first step before there is a load.
        self._step = 0
        self._held = False
        self._schedule: tuple[float, int] | None = None
        self._load: EngineLoad | StockLoad | None = None
        self._listens = False
        self._obstacle = "the test has not started"
        self._reporting: Any = None
        self._interactive = False
        self._glanced_ns: int | None = (
            None  # time of the last glance; None unless an interactive test runs
        )
        self.listener: Callable[[dict[str, Any]], None] | None = None
        """Receives the reports in interactive use without workers."""

    def listens(self, runner: WorkerRunner) -> None:
        """All listeners are registered: tell the master, now and with every report.

        Locust drops messages that come earlier, and a worker is connected before it can register.
        """
        self._listens = True
        runner._send_stats()

    def start(self, environment: Environment) -> None:
        """Forget the last test, and read the options of the next one."""
        options = environment.parsed_options
        assert options is not None  # noqa: S101 - the master has sent them
        if self._load is not None:
            self._load.shut()
            self._load = self._glanced_ns = None
        try:
            client = Client(options.client)
            target, rate = chosen_target(options, environment.host), chosen_rate(options)
        except (OSError, ValueError) as error:
            self._obstacle = f"cannot load {environment.host}: {error}"
            return
        self._load = load = self._begin(environment, target, client)
        load.enter(self._step, held=self._held)
        self._interactive = not options.ramp
        self._glanced_ns = perf_counter_ns() if self._interactive else None
        if not isinstance(environment.runner, WorkerRunner):
            self._reporting = gevent.spawn(self._report_to_itself)
        if rate is not None:
            index = getattr(environment.runner, "worker_index", 0)
            load.follow(rate, index, max(options.expect_workers, 1))

    @property
    def engine(self) -> EngineLoad:
        """The load for the engine's users.

        Raises:
            RuntimeError: there is none; this ends the trial.
        """
        if not isinstance(self._load, EngineLoad):
            raise RuntimeError(self._obstacle)
        return self._load

    @property
    def stock(self) -> StockLoad:
        """The load for Locust's own users.

        Raises:
            RuntimeError: there is none; this ends the trial.
        """
        if not isinstance(self._load, StockLoad):
            raise RuntimeError(self._obstacle)
        return self._load

    def report(self, data: dict[str, Any]) -> None:
        """Add the counts since the last report to the one that is about to be sent."""
        data["lab_listens"] = self._listens
        if self._load is not None:
            data["lab"] = self._load.ledger.drain()
            if self._glanced_ns is not None:
                now = perf_counter_ns()
                glance = self._load.glance((now - self._glanced_ns) // 1000)
                data["lab_glance"], self._glanced_ns = glance.to_wire(), now
        if self.listener is not None:
            self.listener(data)

    def before_stop(self, environment: Environment) -> None:
        """Send a last glance while the users are still present."""
        if self._glanced_ns is not None and self._load is not None:
            self._report_now(environment)
            self._glanced_ns = None
            # Without users, due requests would time out, as failures of a test that is over.
            self._load.unfollow()

    def stop(self, environment: Environment) -> None:
        """The test is over; report at once.

        The next test may begin before the next regular report, which would add these counts to it.
        """
        if self._reporting is not None:
            self._reporting.kill()
            self._reporting = None
        if self._interactive:
            self._report_now(environment)

    def _report_now(self, environment: Environment) -> None:
        if isinstance(environment.runner, WorkerRunner):
            environment.runner._send_stats()
        else:
            self.report({})

    def _report_to_itself(self) -> None:
        """Report regularly without a master, because Locust's tables need the reports."""
        while True:
            gevent.sleep(runners.WORKER_REPORT_INTERVAL)
            self.report({})

    def on_step(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_step."""
        index, rate, self._held = msg.data["index"], msg.data["rate"], msg.data["hold_back"]
        if self._load is not None:
            if self._load.ledger.counts(self._step):
                self._load.leave()
            self._load.enter(index, held=self._held)
        self._step = index
        self._schedule = None if rate is None else (rate, msg.data["workers"])
        if not self._held:
            self._follow(environment)

    def on_go(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_go."""
        self._held = False
        if self._load is not None:
            self._load.go()
        self._follow(environment)

    def on_collect(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_collect, in a greenlet of its own because it may wait."""
        runner, load = environment.runner, self._load
        assert isinstance(runner, WorkerRunner)  # noqa: S101 - registered on workers only
        if load is None:
            return  # Without an answer the master ends the trial, as it should.
        if msg.data["close"]:
            load.leave()
            load.close_books()
            if msg.data["hang_up"]:
                # A full listen queue delays a connect by seconds, and nobody counts it any more.
                load.give_up_connecting()
            load.wait_until_quiet()
        if msg.data["hang_up"]:
            load.hang_up()
        # A private method, but the only way to report at once. Messages arrive in the order sent,
        # so the master has merged this report before it gets the answer.
        runner._send_stats()
        answer = {"round": msg.data["round"], "totals": asdict(load.ledger.totals())}
        runner.send_message("lab_collected", answer)

    def _follow(self, environment: Environment) -> None:
        """Begin the step's schedule, if it has one; called when the step's users are present."""
        if self._schedule is not None and self._load is not None:
            worker: Any = environment.runner
            rate, workers = self._schedule
            self._load.follow(rate, worker.worker_index, workers)

    def _begin(
        self, environment: Environment, target: Target, client: Client
    ) -> EngineLoad | StockLoad:
        now = perf_counter_ns()
        if client is not Client.ENGINE:
            return StockLoad(target, Ledger(None, self._step, now))
        locust = LocustStats(environment.stats, *target.expectation.shown)
        ledger = Ledger(locust, self._step, now)
        return EngineLoad(target, ledger, lambda error: _broken(environment, error))


def _broken(environment: Environment, error: BaseException) -> None:
    """Report an error of the engine to the master, like an error of a user. It ends the trial."""
    hooks: Any = environment.events
    hooks.user_error.fire(user_instance=None, exception=error, tb=error.__traceback__)
    sys.stderr.write(f"the load generator's engine failed: {error!r}\n")
