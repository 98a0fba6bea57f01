"""A worker's counts: cheap to record, and added up only when they are drained, twice a second.

Times are those of `perf_counter_ns`.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Any, Protocol

from labload.counts.tally import (
    Distribution,
    Health,
    StepTally,
    Sums,
    Tally,
    note,
    to_wire,
    together,
    total,
)
from labwire.failure import FailureKind

REASON_LIMIT = 300
"""Characters that are kept of a reason."""


class Batches(Protocol):
    """Locust's own statistics, fed in batches."""

    def add(self, latencies: Distribution, failures: Counter[str], received: int) -> None:
        """Requests that ended since the last call: successes by microseconds, failures by kind."""


class Ledger:
    """The counts of one worker.

    To count a success that ended in the step in which it began, a number is appended to
    `latencies`, which is as cheap as possible. All other events are rarer and may cost more.
    """

    def __init__(self, locust: Batches | None, step: int, now_ns: int) -> None:
        self._locust = locust
        self._fresh: Tally = {}
        self._totals = Sums()
        self._first = 0
        self.step = step
        self.started_ns = now_ns
        self.paused = False
        """Between two steps: requests that end now count in the rate of neither."""
        self.latencies: list[int] = []
        """Latencies in microseconds of the successes that began and ended in the current step."""
        self.service: list[int] = []
        """Open loop: microseconds from the real send time to each success of this step."""
        self.late: list[int] = []
        """Open loop: microseconds by which the engine sent later than it could have."""
        self.received = 0
        """Bytes of all responses."""

    # --- steps ---------------------------------------------------------------------------------

    def enter(self, step: int, now_ns: int) -> None:
        """Requests that begin from now on belong to `step`."""
        self._write_down()
        self.step, self.started_ns = step, now_ns

    def left(self, opened_ns: int, now_ns: int) -> None:
        """A user was removed, or the step is over for it."""
        if not self.paused:
            self.current.present_us += (now_ns - max(opened_ns, self.started_ns)) // 1000

    def leave(self, ages_us: Collection[int], answered: int, now_ns: int, health: Health) -> None:
        """The current step is over.

        Args:
            ages_us: ages of the requests under way.
            answered: number of users that got any answer.
        """
        tally, span_us = self.current, (now_ns - self.started_ns) // 1000
        tally.pending.update(ages_us)
        tally.in_flight_us += sum(min(age_us, span_us) for age_us in ages_us)
        tally.answered += answered
        tally.health = tally.health.worst(health)

    def close(self, under_way: Iterable[tuple[int, int]], now_ns: int) -> None:
        """Stop counting requests that began before now, in this step or an earlier one.

        Args:
            under_way: step and start of each request that has not ended.
        """
        for step, began_ns in under_way:
            if self.counts(step):
                self.of(step).waits[(now_ns - began_ns) // 1000] += 1
        self._first = self.step + 1

    def counts(self, step: int) -> bool:
        """Whether requests of `step` are still counted."""
        return step >= self._first

    @property
    def current(self) -> StepTally:
        """The current step's counts since the last drain."""
        return self.of(self.step)

    def of(self, step: int) -> StepTally:
        """A step's counts since the last drain."""
        # Not setdefault: making a tally costs as much as a request.
        tally = self._fresh.get(step)
        if tally is None:
            tally = self._fresh[step] = StepTally()
        return tally

    # --- requests ------------------------------------------------------------------------------

    def began(self, count: int = 1) -> None:
        """Requests that began in the current step."""
        self.current.began += count

    def answered(self, completed: int, again: int, received: int) -> None:
        """Successes whose latencies were appended, which began and ended in the current step.

        Args:
            again: requests that began in place of these.
            received: bytes of their answers.
        """
        if not completed:
            return
        tally = self.current
        tally.completed += completed
        tally.began += again
        self.received += received

    def succeeded(self, step: int, began_ns: int, now_ns: int) -> None:
        """A request of `step` was answered as the contract says."""
        if not self.counts(step):
            return
        latency_us = (now_ns - began_ns) // 1000
        if step == self.step:
            self.latencies.append(latency_us)
        else:
            self.of(step).latencies[latency_us] += 1
            self._was_in_flight(began_ns, now_ns)
        if not self.paused:
            self.current.completed += 1

    def failed(
        self, step: int, began_ns: int, now_ns: int, kind: FailureKind, reason: str = ""
    ) -> None:
        """A request of `step` failed; `reason` adds what the kind does not say."""
        if not self.counts(step):
            return
        tally = self.of(step)
        tally.failures[kind] += 1
        if reason:
            note(tally.reasons, kind + f": {reason[:REASON_LIMIT]}", 1)
        tally.waits[(now_ns - began_ns) // 1000] += 1
        self._was_in_flight(began_ns, now_ns)

    def abandoned(self, step: int, began_ns: int, now_ns: int) -> None:
        """A request of `step` stays unfinished, because its user was removed."""
        if self.counts(step):
            self.of(step).waits[(now_ns - began_ns) // 1000] += 1
            self._was_in_flight(began_ns, now_ns)

    def _was_in_flight(self, began_ns: int, now_ns: int) -> None:
        if not self.paused:
            self.current.in_flight_us += (now_ns - max(began_ns, self.started_ns)) // 1000

    # --- reports -------------------------------------------------------------------------------

    def drain(self) -> dict[int, dict[str, Any]]:
        """The counts since the last call, as `to_wire` makes them; Locust's tables get the same."""
        self._write_down()
        drained, self._fresh = self._fresh, {}
        if self._locust is not None:
            steps = drained.values()
            failures: Counter[str] = Counter()
            for step in steps:
                failures.update(step.failures)
            self._locust.add(together(s.latencies for s in steps), failures, self.received)
        self.received = 0
        self._totals += total(drained)
        return to_wire(drained)

    def totals(self) -> Sums:
        """The sums of everything drained so far."""
        return self._totals

    def _write_down(self) -> None:
        if self.latencies or self.late:
            tally = self.current
            tally.latencies.update(self.latencies)
            tally.in_flight_us += sum(self.latencies)
            tally.service.update(self.service)
            tally.late.update(self.late)
            for values in (self.latencies, self.service, self.late):
                values.clear()
