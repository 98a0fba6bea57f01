"""The worker's side: what the master tells it, and what it tells the master.

Custom messages, besides Locust's own:
  lab_step      {"index", "hold_back"} requests that begin from now on belong to this step; if
                                  users are to be held back, none begins before lab_go
  lab_go        {}                all users of the step are there
  lab_collect   {"round", "last"} report now; if it is the last time, stop counting first
  lab_collected {"round", "totals"} (to the master) everything counted so far has been reported
"""

from dataclasses import asdict
from typing import Any

from gevent.event import Event
from locust.env import Environment
from locust.runners import WorkerRunner

from labload.counting import Counter
from labload.exchange import Target
from labload.options import chosen_target


class Worker:
    """What the users of this process share. In interactive use without workers: the process."""

    def __init__(self) -> None:
        self._step = 0
        self._counter: Counter | None = None
        self._target: Target | None = None
        self.gate = Event()
        self.gate.set()
        self._obstacle = "the test has not begun"

    def start(self, environment: Environment) -> None:
        """Forget the last test and read the options of the next."""
        options = environment.parsed_options
        assert options is not None  # noqa: S101 - the master has sent them
        self._counter = self._target = None
        try:
            target = chosen_target(options, environment.host)
        except (OSError, ValueError) as error:
            self._obstacle = f"cannot aim at {environment.host}: {error}"
            return
        self._counter = Counter(environment.stats, target.workload.path, self._step)
        self._target = target

    def join(self) -> tuple[Target, Counter]:
        """What a user needs; raises RuntimeError, which ends the trial, if the test cannot be."""
        if self._target is None or self._counter is None:
            raise RuntimeError(self._obstacle)
        return self._target, self._counter

    def report(self, data: dict[str, Any]) -> None:
        """Add what was counted since the last report to the one that is about to leave."""
        if self._counter is not None:
            data["lab"] = self._counter.drain()

    def on_step(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_step."""
        # The first step is announced before there is a counter.
        self._step = msg.data["index"]
        if self._counter is not None:
            self._counter.enter(self._step)
        if msg.data["hold_back"]:
            self.gate.clear()

    def on_go(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_go."""
        self.gate.set()

    def on_collect(self, environment: Environment, msg: Any) -> None:
        """Locust's listener for lab_collect."""
        runner = environment.runner
        assert isinstance(runner, WorkerRunner)  # noqa: S101 - registered on workers only
        counter = self._counter
        if counter is None:
            return  # The master waits in vain and ends the trial, as it should.
        if msg.data["last"]:
            counter.counting = False
        # Private, but the only way to report out of turn; messages arrive in the order sent, so
        # the master has merged this report before it sees the answer.
        runner._send_stats()
        answer = {"round": msg.data["round"], "totals": asdict(counter.totals())}
        runner.send_message("lab_collected", answer)
