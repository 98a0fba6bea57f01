"""A commanded load as a Locust shape: each step begins at the host's word, and is reported at once.

All users stay from the first step to the last, so a step costs no more than its messages. Each step
begins without connections, because the last one closed them.
"""

import sys
import time
from collections.abc import Iterator

from gevent import sleep
from gevent.fileobject import FileObject
from locust import LoadTestShape
from locust.runners import MasterRunner

from labload.trial.events import emit, fail
from labload.trial.master import TrialFailedError, Workers
from labload.trial.ramp import Stage
from labload.trial.result import Passed, described
from labwire.command import decode
from labwire.events import LoadStep, StepEnded
from labwire.phase import LoadPhase
from labwire.settings import RampSettings


class CommandedShape(LoadTestShape):
    """All steps of a load in one `tick()`, until the host closes the master's stdin."""

    def __init__(self, runner: MasterRunner, workers: Workers, settings: RampSettings) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.runner: MasterRunner = runner
        self._workers = workers
        self._users = settings.users[0]
        self._timeout_s = settings.request_timeout_s

    def tick(self) -> None:
        """Carry out every command; the return value None tells Locust to stop."""
        environment = self.runner.environment
        try:
            self._assemble()
            for index, seconds in enumerate(_commands(), 1):
                emit(StepEnded(step=self._step(index, seconds)))
        except TrialFailedError as failure:
            fail(environment, str(failure))
        else:
            environment.process_exit_code = 0

    def _assemble(self) -> None:
        """Start all users; none sends a request yet. This is step 0."""
        self._announce(0)
        self.runner.start(self._users, spawn_rate=self._users)
        self._workers.check()
        if self.runner.user_count != self._users:
            raise TrialFailedError(
                f"{self.runner.user_count} users are running instead of {self._users}"
            )

    def _step(self, index: int, seconds: float) -> LoadStep:
        self._workers.check()
        self._announce(index)
        self.runner.send_message("lab_go", {})
        at = time.time()
        sleep(seconds)
        self._workers.collect(close_within_s=self._timeout_s, hang_up=True)
        self._workers.check_totals()
        counts = self._workers.merged.fold(index)  # a load may have thousands of steps
        # By the workers' clocks, from "go" to the end: in a step of less than a second, it matters
        # how long a message takes to reach a busy worker.
        duration_s = counts.present_us / self._users / 1e6
        if duration_s <= 0:
            raise TrialFailedError(f"no time passed in a step of {seconds} s")
        stage = Stage(index, LoadPhase.HOLD, self._users, until_s=seconds)
        return described(Passed(stage, at, duration_s), counts)

    def _announce(self, index: int) -> None:
        self.runner.send_message(
            "lab_step",
            {"index": index, "hold_back": True, "rate": None, "workers": self._workers.expected},
        )


def _commands() -> Iterator[float]:
    """The seconds of each step, as the host asks for them; ends with the master's stdin.

    Raises:
        TrialFailedError: a line is no command.
    """
    with FileObject(sys.stdin.fileno(), "rb", close=False) as lines:
        while line := lines.readline():
            try:
                yield decode(line.decode(errors="replace"))
            except ValueError as error:
                raise TrialFailedError(f"the host gave a wrong command: {error}") from error
