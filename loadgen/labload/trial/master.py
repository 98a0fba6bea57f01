"""The master's side: merges the workers' reports, and notices when a worker is lost."""

from time import monotonic
from typing import Any

from gevent import sleep
from gevent.event import Event
from locust.env import Environment
from locust.runners import MasterRunner

from labload.counts.merged import Merged
from labload.counts.tally import Sums, Tally, from_wire, merge

COLLECT_TIMEOUT_S = 10.0
"""How long a worker may take to answer; usually it takes milliseconds."""


class TrialFailedError(Exception):
    """The trial has no result; the message says why."""


class Workers:
    """All workers of one trial, and the sum of their counts."""

    def __init__(self, runner: MasterRunner, expected: int) -> None:
        self._runner = runner
        self.expected = expected
        self.merged = Merged()
        self._recent: Tally | None = None
        self.merged_at = monotonic()
        self._listening: set[str] = set()
        self._round = 0
        self._answers: dict[str, Sums] = {}
        self._all_answered = Event()

    def wait_until_they_listen(self, timeout_s: float) -> None:
        """Wait for the expected workers; a timeout of 0 means forever, as in Locust.

        Raises:
            TrialFailedError: not all of them connected, and took the lab's messages, in time.
        """
        deadline = monotonic() + timeout_s
        while (there := self._listeners()) < self.expected:
            if timeout_s and monotonic() > deadline:
                raise TrialFailedError(
                    f"only {there} of {self.expected} workers connected within {timeout_s} s"
                )
            sleep(0.01)

    def _listeners(self) -> int:
        return sum(client.id in self._listening for client in self._runner.clients.ready)

    def check(self) -> None:
        """Raise TrialFailedError if counts may be incomplete: after a lost worker or user error."""
        there = self._runner.worker_count
        if there != self.expected:
            raise TrialFailedError(f"{there} of {self.expected} workers are left")
        for error in self._runner.exceptions.values():
            raise TrialFailedError(f"a user of the load generator raised an error: {error['msg']}")

    def collect(self, *, close_within_s: float | None = None, hang_up: bool = False) -> None:
        """Merge everything counted until now.

        With `close_within_s`, workers also stop counting requests that began before now and begin
        no others. This then waits up to `close_within_s` longer, until none is under way. With
        `hang_up`, they then close all connections, those that do not exist yet at once.

        Raises:
            TrialFailedError: a worker was lost or did not answer.
        """
        self.check()
        self._round += 1
        self._answers.clear()
        self._all_answered.clear()
        self._runner.send_message(
            "lab_collect",
            {"round": self._round, "close": close_within_s is not None, "hang_up": hang_up},
        )
        deadline = monotonic() + COLLECT_TIMEOUT_S + (close_within_s or 0)
        while not self._all_answered.wait(0.5):
            self.check()  # Locust notices a dead worker's missing heartbeat before the deadline.
            if monotonic() > deadline:
                silent = self.expected - len(self._answers)
                raise TrialFailedError(
                    f"{silent} of {self.expected} workers did not answer in time"
                )

    def check_totals(self) -> None:
        """Compare the merged counts with the workers' own totals, and with Locust's.

        Raises:
            TrialFailedError: they differ.
        """
        merged = self.merged.sums
        counted = sum(self._answers.values(), Sums())
        if merged != counted:
            raise TrialFailedError(
                f"reports of workers were lost: merged {merged}, counted {counted}"
            )
        locust = self._runner.stats.total
        if (locust.num_requests, locust.num_failures) != (merged.requests, merged.failures):
            raise TrialFailedError(
                f"Locust counted {locust.num_requests} requests with {locust.num_failures} "
                f"failures, but the lab {merged.requests} with {merged.failures}"
            )

    def take_recent(self) -> Tally:
        """What was merged since the last call. The first call only begins to keep it."""
        recent, self._recent = self._recent or {}, {}
        return recent

    def on_report(self, client_id: str, data: dict[str, Any]) -> None:
        """Locust's listener for a worker's report: merge it."""
        if data.get("lab_listens"):
            self._listening.add(client_id)
        if "lab" in data:
            part = from_wire(data["lab"])
            self.merged.add(part)
            if self._recent is not None:
                merge(self._recent, part)
            self.merged_at = monotonic()

    def on_collected(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_collected."""
        if msg.data["round"] == self._round:
            self._answers[msg.node_id] = Sums(**msg.data["totals"])
            if len(self._answers) == self.expected:
                self._all_answered.set()
