"""Putting the lab's parts into a Locust process, by what that process is."""

import platform
import signal
import sys
from typing import Any

import gevent
import locust
from locust.env import Environment
from locust.runners import MasterRunner, Runner, WorkerRunner
from locust.web import WebUI

from labload.interactive.interactive import Interactive
from labload.trial.events import EXIT_FAILED, emit, fail
from labload.trial.locust_csv import LocustCsv
from labload.trial.master import TrialFailedError, Workers
from labload.trial.shape import RampShape
from labload.workers.options import ramp_settings, unfit
from labload.workers.user import USERS, WORKER
from labwire.events import Ready
from labwire.settings import RampSettings


def install(
    environment: Environment, runner: Runner, web_ui: WebUI | None = None, **_: Any
) -> None:
    """Let a worker listen to its master, and a master conduct the trial if it was given a ramp.

    Without a ramp somebody looks on: then there is the lab's own summary.
    """
    if isinstance(runner, WorkerRunner):
        runner.register_message("lab_step", WORKER.on_step)
        runner.register_message("lab_go", WORKER.on_go)
        runner.register_message("lab_collect", WORKER.on_collect, concurrent=True)
        return
    options = environment.parsed_options
    if options is None:
        return
    # All are known here and on every worker; the master spawns those it has.
    environment.user_classes = [USERS[options.client]]
    settings = ramp_settings(options)
    if settings is None:
        Interactive(environment, runner).install(web_ui)
        return
    if not isinstance(runner, MasterRunner) or not options.headless:
        sys.exit("--ramp is for a headless master: give --headless --master as well")
    _install_trial(environment, runner, settings)


def start_test(environment: Environment, **_: Any) -> None:
    """Locust's listener for the start of a test, wherever there are users.

    To be added before there is a runner: a master's first message may reach a worker that is
    not further than that.
    """
    if not isinstance(environment.runner, MasterRunner):
        WORKER.start(environment)


def before_stop(environment: Environment, **_: Any) -> None:
    """Locust's listener for a test that is about to end, its users still there."""
    WORKER.before_stop(environment)


def stop_test(environment: Environment, **_: Any) -> None:
    """Locust's listener for the end of a test."""
    WORKER.stop(environment)


def report_to_master(client_id: str, data: dict[str, Any]) -> None:
    """Locust's listener for a worker's report: adds the lab's counts.

    To be added before there is a runner: then it runs before Locust puts its own statistics in.
    """
    WORKER.report(data)


def _install_trial(environment: Environment, runner: MasterRunner, settings: RampSettings) -> None:
    """Wait for the workers and leave the trial to Locust as its shape."""
    options = environment.parsed_options
    assert options is not None  # noqa: S101 - install has looked
    workers = Workers(runner, options.expect_workers)
    if obstacle := unfit(options.client, settings, workers.expected):
        fail(environment, obstacle)
        sys.exit(EXIT_FAILED)
    hooks: Any = environment.events
    hooks.worker_report.add_listener(lambda client_id, data: workers.on_report(data))
    runner.register_message("lab_collected", workers.on_collected)
    # Whatever ends Locust before the trial has said how it ended: an interrupt, a worker's
    # farewell, a fault in the lab itself.
    files = LocustCsv(environment)
    hooks.quitting.add_listener(lambda environment: _cut_short(environment, workers, files))
    # Locust handles SIGTERM only once a shape has ended; before that it would die silently.
    gevent.signal_handler(signal.SIGTERM, _terminate, environment, runner, files)
    try:
        # Here and not in Locust's own loop, which looks once a second.
        workers.wait_until_connected(options.expect_workers_max_wait)
    except TrialFailedError as failure:
        fail(environment, str(failure))
        sys.exit(EXIT_FAILED)
    versions = {
        "locust": locust.__version__,
        "gevent": gevent.__version__,
        "python": platform.python_version(),
    }
    emit(Ready(workers=workers.expected, versions=versions))
    environment.shape_class = RampShape(runner, workers, settings, files)


def _cut_short(environment: Environment, workers: Workers, files: LocustCsv) -> None:
    """Locust ends by itself when its last worker is lost: then say that, else just the end."""
    reason = "the trial was cut short"
    try:
        workers.check()
    except TrialFailedError as failure:
        reason = f"{reason}: {failure}"
    fail(environment, reason, files.tell)


def _terminate(environment: Environment, runner: MasterRunner, files: LocustCsv) -> None:
    fail(environment, "terminated by SIGTERM", files.tell)
    runner.quit()
