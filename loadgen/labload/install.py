"""Installs the lab's parts in a Locust process, according to its role."""

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
from labload.trial.commanded import CommandedShape
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
    """On a worker, listen to the master; on a master with `--ramp`, run the trial.

    Without `--ramp` the use is interactive, and the master shows the lab's summary.
    """
    if isinstance(runner, WorkerRunner):
        runner.register_message("lab_step", WORKER.on_step)
        runner.register_message("lab_go", WORKER.on_go)
        runner.register_message("lab_collect", WORKER.on_collect, concurrent=True)
        WORKER.listens(runner)
        return
    options = environment.parsed_options
    if options is None:
        return
    # Master and workers know all classes; the master tells the workers which of them to start.
    environment.user_classes = [USERS[options.client]]
    settings = ramp_settings(options)
    if settings is None:
        Interactive(environment, runner).install(web_ui)
        return
    if not isinstance(runner, MasterRunner) or not options.headless:
        sys.exit("--ramp needs a headless master: add --headless --master")
    _install_trial(environment, runner, settings)


def start_test(environment: Environment, **_: Any) -> None:
    """Locust's listener for the start of a test; acts in processes that have users.

    Add it before there is a runner, because the master's first message may arrive right after the
    worker has one.
    """
    if not isinstance(environment.runner, MasterRunner):
        WORKER.start(environment)


def before_stop(environment: Environment, **_: Any) -> None:
    """Locust's listener for a test that is about to end, before its users are removed."""
    WORKER.before_stop(environment)


def stop_test(environment: Environment, **_: Any) -> None:
    """Locust's listener for the end of a test."""
    WORKER.stop(environment)


def report_to_master(client_id: str, data: dict[str, Any]) -> None:
    """Locust's listener for a worker's report: adds the lab's counts.

    Add it before there is a runner; then it runs before Locust adds its own statistics.
    """
    WORKER.report(data)


def _install_trial(environment: Environment, runner: MasterRunner, settings: RampSettings) -> None:
    """Wait for the workers, and give Locust the trial as its shape."""
    options = environment.parsed_options
    assert options is not None  # noqa: S101 - `install` has checked it
    workers = Workers(runner, options.expect_workers)
    if obstacle := unfit(options.client, settings, workers.expected):
        fail(environment, obstacle)
        sys.exit(EXIT_FAILED)
    hooks: Any = environment.events
    hooks.worker_report.add_listener(workers.on_report)
    runner.register_message("lab_collected", workers.on_collected)
    # In case Locust ends before the trial has reported its end: after an interrupt, after a worker
    # has left, or by a fault in the lab itself.
    files = LocustCsv(environment)
    hooks.quitting.add_listener(lambda environment: _cut_short(environment, workers, files))
    # Locust handles SIGTERM only after a shape has ended; before that it would die silently.
    gevent.signal_handler(signal.SIGTERM, _terminate, environment, runner, files)
    try:
        # Not left to Locust, whose own loop looks only once a second.
        workers.wait_until_they_listen(options.expect_workers_max_wait)
    except TrialFailedError as failure:
        fail(environment, str(failure))
        sys.exit(EXIT_FAILED)
    versions = {
        "locust": locust.__version__,
        "gevent": gevent.__version__,
        "python": platform.python_version(),
    }
    emit(Ready(workers=workers.expected, versions=versions))
    environment.shape_class = (
        CommandedShape(runner, workers, settings)
        if settings.commanded
        else RampShape(runner, workers, settings, files)
    )


def _cut_short(environment: Environment, workers: Workers, files: LocustCsv) -> None:
    """Report a trial that was cut short. If workers were lost, say so: Locust ends without any."""
    reason = "Locust ended before the trial did"
    try:
        workers.check()
    except TrialFailedError as failure:
        reason = f"{reason}: {failure}"
    fail(environment, reason, files.tell)


def _terminate(environment: Environment, runner: MasterRunner, files: LocustCsv) -> None:
    fail(environment, "terminated by SIGTERM", files.tell)
    runner.quit()
