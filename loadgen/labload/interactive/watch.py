"""What the workers of an interactive test have reported, since its start and recently.

Pure: its owner calls it for each event. The worker that counts within a span also measures the
span, so a rate never depends on when a report arrived.
"""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from labload.counts.glance import Glance
from labload.counts.tally import StepTally, from_wire

LATEST = 10
"""Number of each worker's latest reports that make up "the last seconds"; two come a second."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The options that a test started with. Later changes on the page are for the next test."""

    url: str
    workload: str
    client: str
    rate: float | None = None
    """Arrival rate in requests/s (open loop); None in a closed loop."""
    obstacle: str | None = None
    """Why the test cannot run."""


@dataclass(frozen=True, slots=True)
class Report:
    """The part of a report that the last seconds need."""

    completed: int
    glance: Glance


@dataclass(slots=True)
class Fate:
    """One worker's reports since the test began, or since its counts were reset."""

    span_us: int = 0
    idle_us: float = 0.0
    """Time in which its engine had nothing to do."""
    knows_idle: bool = False
    lag_us: int | None = None
    latest: deque[Report] = field(default_factory=lambda: deque(maxlen=LATEST))

    def add(self, report: Report) -> None:
        """Add a report."""
        glance = report.glance
        self.span_us += glance.span_us
        if glance.idle is not None:
            self.knows_idle = True
            self.idle_us += glance.idle * glance.span_us
        if glance.lag_us is not None:
            self.lag_us = max(self.lag_us or 0, glance.lag_us)
        self.latest.append(report)


class Watch:
    """One test, from its start to its end."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.framework: str | None = None
        """The framework in the container at the target's address, once it is known."""
        self.going = True
        self.interrupted = False
        self.lost: frozenset[str] = frozenset()
        self.total = StepTally()
        self.workers: dict[str, Fate] = {}
        self._under_way = 0  # requests under way at the last reset

    def reset(self) -> None:
        """Start the counts again, as Locust does when its reset button is pressed."""
        self._under_way = self.unfinished
        self.total = StepTally()
        self.workers = {name: Fate() for name in self.workers}

    def report(self, worker: str, data: dict[str, Any]) -> None:
        """Add a worker's report, if it has counts of a test."""
        steps = from_wire(data.get("lab", {})).values()
        for step in steps:
            self.total.add(step)
        if "lab_glance" in data:
            glance = Glance.from_wire(data["lab_glance"])
            completed = sum(step.completed for step in steps)
            self.workers.setdefault(worker, Fate()).add(Report(completed, glance))

    def still_there(self, workers: Set[str]) -> None:
        """Take the workers that the master still knows; others that took part are lost."""
        if self.going:
            self.lost = frozenset(self.workers) - workers

    def end(self, *, interrupted: bool = False) -> None:
        """The test is over."""
        self.going, self.interrupted = False, interrupted

    @property
    def unfinished(self) -> int:
        """Requests that began and have neither succeeded nor failed."""
        return self._under_way + self.total.unfinished
