"""The trial as a Locust shape: carries out the ramp's stages and reports on them."""

import time

from gevent import sleep
from locust import LoadTestShape
from locust.runners import MasterRunner

from labload.counts.tally import together, total
from labload.trial.events import emit, fail, succeed
from labload.trial.locust_csv import LocustCsv
from labload.trial.master import TrialFailedError, Workers
from labload.trial.ramp import Ramp, Stage, advance, first
from labload.trial.result import Passed, percentile_ms, result, score
from labload.trial.stolen import reading, stolen
from labwire.events import LoadResult, LocustOwn, StepBegan, Tick
from labwire.phase import LoadPhase
from labwire.settings import RampSettings

TICK_S = 1.0


class RampShape(LoadTestShape):
    """A whole trial in one `tick()`.

    Locust waits at least a second between two ticks, and a step may be shorter. So `tick()` returns
    no number of users: it starts and stops users itself until the trial is over.
    """

    def __init__(
        self, runner: MasterRunner, workers: Workers, settings: RampSettings, files: LocustCsv
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.runner: MasterRunner = runner
        self._workers = workers
        self._settings = settings
        self._files = files
        self._began = 0.0
        workers.take_recent()  # from now on, what is recent is kept
        self._reported_at = workers.merged_at
        self._passed: list[Passed] = []
        self._closed_s = 0.0  # how long the closed loop lasted
        self._locust = self._locust_totals()  # what Locust had counted by then

    def tick(self) -> None:
        """Run the trial and report its end; the return value None tells Locust to stop."""
        environment = self.runner.environment
        try:
            succeed(environment, self._conduct())
        except TrialFailedError as failure:
            fail(environment, str(failure), self._files.tell)

    def _conduct(self) -> LoadResult:
        self._began = time.monotonic()
        self._files.begin()
        ramp = first(self._settings)
        while not ramp.over:
            ramp = self._pass(ramp)
        self._workers.check_totals()
        return result(
            ramp,
            self._passed,
            self._workers.merged.tally,
            self._closed_s,
            workers=self._workers.expected,
            locust=self._locust,
        )

    def _pass(self, ramp: Ramp) -> Ramp:
        """Carry out the current stage, and return the ramp after it."""
        stage, announced = ramp.stage, self._elapsed()
        self._announce(ramp)
        self._enter(stage)
        ticks, began, at = reading(), self._elapsed(), time.time()
        until_s = stage.until_s + began - announced  # starting users takes no time from the stage
        if stage.phase is not LoadPhase.OPEN:
            until_s = min(until_s, ramp.closed_until_s)
        self._wait(stage, until_s)
        now = ended = self._elapsed()
        taken = stolen(self._settings, ticks, reading())
        over = now >= ramp.closed_until_s and not ramp.holds_again(taken.most)
        closing = stage.phase is LoadPhase.OPEN or over
        if closing:
            self._workers.collect(close_within_s=self._settings.request_timeout_s)
            now = self._elapsed()
        else:
            self._workers.collect()
        if stage.phase is not LoadPhase.OPEN:
            self._locust = self._locust_totals()
            self._files.tell(last=closing)
        if not closing:
            # What begins before the next stage is announced still belongs to this one.
            ended = self._elapsed()
        self._passed.append(Passed(stage, at, ended - began, taken))
        if stage.phase is not LoadPhase.OPEN:
            self._closed_s = ended
        scores = [score(passed, self._workers.merged.tally) for passed in self._passed]
        return advance(ramp, now, scores)

    def _announce(self, ramp: Ramp) -> None:
        stage, disturbed = ramp.stage, None
        if stage.phase is LoadPhase.HOLD and ramp.second_until_s is not None:
            disturbed = self._passed[-1].stolen.most
        emit(
            StepBegan(
                index=stage.index,
                phase=stage.phase,
                users=stage.users,
                at=time.time(),
                disturbed=disturbed,
            )
        )

    def _enter(self, stage: Stage) -> None:
        """Announce the stage, and start or stop users to reach its number.

        Meanwhile a user that has its answer waits until all users are present. Otherwise busy users
        would leave a worker no time to start or stop thousands of others. For seconds, well into
        the hold, the number of users would differ greatly from the one in the result.
        """
        changes = not self._passed or self._passed[-1].stage.users != stage.users
        self.runner.send_message(
            "lab_step",
            {
                "index": stage.index,
                "hold_back": changes,
                "rate": stage.rate,
                "workers": self._workers.expected,
            },
        )
        if not changes:
            return
        # With a spawn rate as large as any change, Locust makes the change in one step.
        self.runner.start(stage.users, spawn_rate=self._settings.users[-1])
        self._workers.check()
        if self.runner.user_count != stage.users:
            raise TrialFailedError(
                f"{self.runner.user_count} users are running instead of {stage.users}"
            )
        self.runner.send_message("lab_go", {})

    def _locust_totals(self) -> LocustOwn:
        """Locust's own totals so far."""
        locust = self.runner.stats.total
        return LocustOwn(
            requests=locust.num_requests,
            failures=locust.num_failures,
            rps=locust.total_rps,
            median_ms=locust.median_response_time,
            exceptions=len(self.runner.exceptions),
        )

    def _wait(self, stage: Stage, until_s: float) -> None:
        """Sleep until the stage ends; once a second, check the workers and report."""
        while (remaining := until_s - self._elapsed()) > 0:
            # Ticks are at whole seconds of the trial, whatever the lengths of its stages.
            to_tick = TICK_S - self._elapsed() % TICK_S
            sleep(min(remaining, to_tick))
            if to_tick <= remaining:
                self._workers.check()
                self._tick_event(stage)
                self._files.second()

    def _tick_event(self, stage: Stage) -> None:
        workers, since = self._workers, self._reported_at
        recent, counts = workers.take_recent(), workers.merged.sums
        ended = total(recent).requests
        # Reports arrive twice a second, so a rate must cover the time between two of them.
        span = workers.merged_at - since
        self._reported_at = workers.merged_at
        latencies = together(step.latencies for step in recent.values())
        emit(
            Tick(
                at=time.time(),
                elapsed_s=self._elapsed(),
                phase=stage.phase,
                index=stage.index,
                users=stage.users,
                requests=counts.requests,
                failures=counts.failures,
                rps=ended / span if span > 0 else None,
                p50_ms=percentile_ms(latencies, 50),
                p99_ms=percentile_ms(latencies, 99),
            )
        )

    def _elapsed(self) -> float:
        return time.monotonic() - self._began
