"""Counts of requests, step by step: pure data that adds up in any order.

A request belongs, with its latency and its success or failure, to the step in which it BEGAN.
Only `completed` counts successes by the step in which they ENDED: rates are made of that, since
a slow step would otherwise be credited with what the server did later.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class StepTally:
    """What happened to the requests of one step."""

    began: int = 0
    completed: int = 0
    """Successes that ended in this step, whenever they began."""
    failures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    """Failures by kind."""
    latencies: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """Successes by latency in microseconds."""

    @property
    def successes(self) -> int:
        """Of the requests that began in this step, those answered as the contract says."""
        return sum(self.latencies.values())

    @property
    def failed(self) -> int:
        """Of the requests that began in this step, those that failed in any way."""
        return sum(self.failures.values())

    @property
    def ended(self) -> int:
        """Successes and failures."""
        return self.successes + self.failed

    @property
    def unfinished(self) -> int:
        """Those that neither succeeded nor failed while it was counted."""
        return self.began - self.ended


@dataclass(slots=True)
class Tally:
    """All steps of a trial, or what was added to them since the last report."""

    steps: dict[int, StepTally] = field(default_factory=lambda: defaultdict(StepTally))
    connects: int = 0
    server_closes: int = 0

    def latencies(self) -> dict[int, int]:
        """Successes of all steps by latency in microseconds."""
        together: dict[int, int] = defaultdict(int)
        for step in self.steps.values():
            for latency_us, count in step.latencies.items():
                together[latency_us] += count
        return together


@dataclass(frozen=True, slots=True)
class Totals:
    """A whole trial in five numbers, for comparing counts that were kept apart."""

    requests: int = 0
    failures: int = 0
    unfinished: int = 0
    connects: int = 0
    server_closes: int = 0

    def __add__(self, other: "Totals") -> "Totals":
        return Totals(
            requests=self.requests + other.requests,
            failures=self.failures + other.failures,
            unfinished=self.unfinished + other.unfinished,
            connects=self.connects + other.connects,
            server_closes=self.server_closes + other.server_closes,
        )


def total(tally: Tally) -> Totals:
    """The totals of `tally`."""
    steps = tally.steps.values()
    return Totals(
        requests=sum(step.ended for step in steps),
        failures=sum(step.failed for step in steps),
        unfinished=sum(step.unfinished for step in steps),
        connects=tally.connects,
        server_closes=tally.server_closes,
    )


def merge(into: Tally, other: Tally) -> None:
    """Add `other` to `into`."""
    for index, step in other.steps.items():
        mine = into.steps[index]
        mine.began += step.began
        mine.completed += step.completed
        for kind, count in step.failures.items():
            mine.failures[kind] += count
        for latency_us, count in step.latencies.items():
            mine.latencies[latency_us] += count
    into.connects += other.connects
    into.server_closes += other.server_closes


def to_wire(tally: Tally) -> dict[str, Any]:
    """Plain lists and dicts, as they travel from a worker to the master."""
    return {
        "steps": {
            index: [step.began, step.completed, step.failures, step.latencies]
            for index, step in tally.steps.items()
        },
        "connects": tally.connects,
        "server_closes": tally.server_closes,
    }


def from_wire(data: dict[str, Any]) -> Tally:
    """The tally that `to_wire` made `data` of."""
    tally = Tally(connects=data["connects"], server_closes=data["server_closes"])
    for index, (began, completed, failures, latencies) in data["steps"].items():
        tally.steps[index] = StepTally(
            began, completed, defaultdict(int, failures), defaultdict(int, latencies)
        )
    return tally
