"""The master's side of an interactive test: collects what the lab's summary shows."""

import logging
from typing import Any
from urllib.parse import urlsplit

import gevent
from locust.env import Environment
from locust.event import EventHook
from locust.runners import STATE_RUNNING, STATE_SPAWNING, MasterRunner, Runner
from locust.web import WebUI

from labload.interactive.guard import container_name, resolve_all
from labload.interactive.summary import Counted, lines, summarise
from labload.interactive.watch import Asked, Watch
from labload.interactive.web import add_pages
from labload.workers.options import chosen_rate
from labload.workers.user import WORKER

LOG = logging.getLogger("labload")
PROJECT = "weblab-"
"""The beginning of every container's name."""


class Interactive:
    """Watches Locust's tests, one after the other."""

    def __init__(self, environment: Environment, runner: Runner) -> None:
        self._environment = environment
        self._runner = runner
        self._watch: Watch | None = None
        self._stopping: Watch | None = None

    def install(self, web_ui: WebUI | None) -> None:
        """Listen to Locust's events, and add the summary to its page if there is one."""
        hooks: Any = self._environment.events
        hooks.test_start.add_listener(lambda environment, **_: self._begin())
        hooks.worker_report.add_listener(self._report)
        hooks.reset_stats.add_listener(lambda **_: self._reset())
        hooks.spawning_complete.add_listener(lambda **_: self._spawned())
        hooks.test_stopping.add_listener(lambda environment, **_: self._begin_stop())
        hooks.test_stop.add_listener(lambda environment, **_: self._stop())
        hooks.quitting.add_listener(lambda environment, **_: self._interrupt())
        if not isinstance(self._runner, MasterRunner):
            WORKER.listener = lambda data: self._report("local", data)
        if web_ui is not None:
            add_pages(web_ui, self.summary)
            _limit_first_test_alone(self._environment, web_ui)

    def summary(self) -> dict[str, Any]:
        """The current summary of the last test."""
        runner = self._runner
        if runner.state in (STATE_SPAWNING, STATE_RUNNING):
            self._look_for_workers()
        locust = runner.stats.total
        return summarise(
            self._watch,
            runner.state,
            runner.target_user_count,
            Counted(locust.num_requests, locust.num_failures),
        )

    # --- what happens ----------------------------------------------------------------------------

    def _begin(self) -> None:
        # At once, because Locust has just reset its counts. The name lookup may take longer.
        self._watch = watch = Watch(self._asked())
        gevent.spawn(_name_framework, watch)

    def _asked(self) -> Asked:
        options, url = self._environment.parsed_options, self._environment.host or ""
        assert options is not None  # noqa: S101 - `install` has checked it
        rate, obstacle = None, None
        try:
            rate = chosen_rate(options)
        except ValueError as error:
            obstacle = str(error)
        return Asked(url, options.workload, options.client, rate, obstacle)

    def _report(self, client_id: str, data: dict[str, Any]) -> None:
        if self._watch is not None:
            self._watch.report(client_id, data)

    def _reset(self) -> None:
        if self._watch is not None:
            self._watch.reset()

    def _spawned(self) -> None:
        if self._environment.reset_stats:  # Locust has just reset its own counts
            self._reset()

    def _look_for_workers(self) -> None:
        runner = self._runner
        if self._watch is not None and isinstance(runner, MasterRunner):
            there = runner.clients.ready + runner.clients.spawning + runner.clients.running
            self._watch.still_there({worker.id for worker in there})

    def _begin_stop(self) -> None:
        self._look_for_workers()
        self._stopping = self._watch

    def _stop(self) -> None:
        # The master fires this a second late, and another test may have begun by then.
        if self._stopping is self._watch:
            self._end()

    def _end(self, *, interrupted: bool = False) -> None:
        if self._watch is not None and self._watch.going:
            self._watch.end(interrupted=interrupted)
            for line in lines(self.summary()):
                LOG.info(line)

    def _interrupt(self) -> None:
        """Locust ends, possibly during a test, for example after Ctrl-C.

        Docker Compose stops the framework at the same moment. The workers' last reports contain the
        failures that this causes, so they are ignored from now on.
        """
        if self._watch is not None and self._watch.going:
            hooks: Any = self._environment.events
            hooks.worker_report = EventHook()  # type: ignore[no-untyped-call]
            self._end(interrupted=True)


def _limit_first_test_alone(environment: Environment, web_ui: WebUI) -> None:
    """Make --run-time with --autostart end only the test that --autostart began.

    Locust's own timer keeps running when that test is stopped on the page, and would end the next
    one. `/stop` and `/swarm` cancel the timer of the page's form, so the first test uses that one.
    """
    options: Any = environment.parsed_options
    hooks: Any = environment.events
    if not options.autostart or not options.run_time:
        return
    seconds, options.run_time = options.run_time, None

    def begin(environment: Environment, **_: Any) -> None:
        hooks.test_start.remove_listener(begin)
        options.run_time = seconds  # the form shows it as the default
        web_ui._run_time_greenlet = gevent.spawn_later(seconds, web_ui._stop_runners)
        LOG.info("this test stops by itself after %s s", seconds)

    hooks.test_start.add_listener(begin)


def _name_framework(watch: Watch) -> None:
    """Set the framework's name from the container at the target's address, if Docker knows it."""
    host = urlsplit(watch.asked.url).hostname or ""
    for address in resolve_all(host)[:1]:
        name = container_name(address)
        if name != address:
            watch.framework = name.removeprefix(PROJECT).rstrip("0123456789").removesuffix("-")
