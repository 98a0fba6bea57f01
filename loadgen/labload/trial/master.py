"""The master's side: merging the workers' reports and noticing when a worker is lost."""

from time import monotonic
from typing import Any

from gevent import sleep
from gevent.event import Event
from locust.env import Environment
from locust.runners import MasterRunner

from labload.counts.tally import Sums, Tally, from_wire, merge, total

COLLECT_TIMEOUT_S = 10.0
"""How long a worker may take to answer; its answers need milliseconds."""


class TrialFailedError(Exception):
    """The trial has no result; the message says why."""


class Workers:
    """All workers of one trial and the sum of what they have counted."""

    def __init__(self, runner: MasterRunner, expected: int) -> None:
        self._runner = runner
        self.expected = expected
        self.tally: Tally = {}
        self.recent: Tally = {}
        """The part of `tally` that was merged since the last `take_recent`."""
        self.merged_at = monotonic()
        self._round = 0
        self._answers: dict[str, Sums] = {}
        self._all_answered = Event()

    def wait_until_connected(self, timeout_s: float) -> None:
        """Wait for the expected workers; a timeout of 0 means for ever, as Locust has it."""
        deadline = monotonic() + timeout_s
        while len(self._runner.clients.ready) < self.expected:
            if timeout_s and monotonic() > deadline:
                there = len(self._runner.clients.ready)
                raise TrialFailedError(
                    f"{there} of {self.expected} workers connected in {timeout_s} s"
                )
            sleep(0.01)

    def check(self) -> None:
        """Raise TrialFailedError if what the workers report can no longer be the whole truth."""
        there = self._runner.worker_count
        if there != self.expected:
            raise TrialFailedError(f"{there} of {self.expected} workers are left")
        for error in self._runner.exceptions.values():
            raise TrialFailedError(f"a user of the load generator broke: {error['msg']}")

    def collect(self, *, close_within_s: float | None = None) -> None:
        """Merge everything counted until now.

        With `close_within_s` what has begun until now counts no more when it ends, nothing new
        begins, and it is waited for so long until nothing is under way any more.
        """
        self.check()
        self._round += 1
        self._answers.clear()
        self._all_answered.clear()
        self._runner.send_message(
            "lab_collect", {"round": self._round, "close": close_within_s is not None}
        )
        deadline = monotonic() + COLLECT_TIMEOUT_S + (close_within_s or 0)
        while not self._all_answered.wait(0.5):
            self.check()  # Locust misses a dead worker's heartbeat before the time is up.
            if monotonic() > deadline:
                silent = self.expected - len(self._answers)
                raise TrialFailedError(f"{silent} of {self.expected} workers gave no answer")

    def check_totals(self) -> None:
        """Compare what arrived with what each worker says that it counted, and with Locust's."""
        merged = total(self.tally)
        counted = sum(self._answers.values(), Sums())
        if merged != counted:
            raise TrialFailedError(f"reports were lost: merged {merged}, counted {counted}")
        locust = self._runner.stats.total
        if (locust.num_requests, locust.num_failures) != (merged.requests, merged.failures):
            raise TrialFailedError(
                f"Locust counted {locust.num_requests} requests with {locust.num_failures} "
                f"failures, the lab {merged.requests} with {merged.failures}"
            )

    def take_recent(self) -> Tally:
        """What was merged since the last call."""
        recent, self.recent = self.recent, {}
        return recent

    def on_report(self, data: dict[str, Any]) -> None:
        """Merge a worker's report."""
        if "lab" in data:
            part = from_wire(data["lab"])
            merge(self.tally, part)
            merge(self.recent, part)
            self.merged_at = monotonic()

    def on_collected(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_collected."""
        if msg.data["round"] == self._round:
            self._answers[msg.node_id] = Sums(**msg.data["totals"])
            if len(self._answers) == self.expected:
                self._all_answered.set()
