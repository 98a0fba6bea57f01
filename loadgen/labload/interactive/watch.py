"""What the master of an interactive test has been told, since its begin and lately.

Pure: whoever owns it says what happens. A span is measured by the worker that counted within it,
so a rate never depends on when a report arrived.
"""

from collections import deque
from collections.abc import Set
from dataclasses import dataclass, field
from typing import Any

from labload.counts.glance import Glance
from labload.counts.tally import StepTally, from_wire

LATEST = 10
"""Reports of each worker that make up "the last seconds": they come twice a second."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a test was started with. What is changed on the page meanwhile is for the next one."""

    url: str
    workload: str
    client: str
    rate: float | None = None
    """Requests/s that are due (open loop); None in a closed loop."""
    obstacle: str | None = None
    """Why the test cannot run."""


@dataclass(frozen=True, slots=True)
class Report:
    """Of one report, what the last seconds are made of."""

    completed: int
    glance: Glance


@dataclass(slots=True)
class Fate:
    """One worker since the test began, or since its counts were reset."""

    span_us: int = 0
    idle_us: float = 0.0
    """In which its engine had nothing to do."""
    knows_idle: bool = False
    lag_us: int | None = None
    latest: deque[Report] = field(default_factory=lambda: deque(maxlen=LATEST))

    def add(self, report: Report) -> None:
        """One more report."""
        glance = report.glance
        self.span_us += glance.span_us
        if glance.idle is not None:
            self.knows_idle = True
            self.idle_us += glance.idle * glance.span_us
        if glance.lag_us is not None:
            self.lag_us = max(self.lag_us or 0, glance.lag_us)
        self.latest.append(report)


class Watch:
    """One test, from its begin to its end."""

    def __init__(self, asked: Asked) -> None:
        self.asked = asked
        self.framework: str | None = None
        """The container behind the target's name, once it is known."""
        self.going = True
        self.interrupted = False
        self.lost: frozenset[str] = frozenset()
        self.total = StepTally()
        self.workers: dict[str, Fate] = {}
        self._under_way = 0  # at the last reset: begun before it, ended after it

    def reset(self) -> None:
        """Count from here on, as Locust does when its button is pressed."""
        self._under_way = self.unfinished
        self.total = StepTally()
        self.workers = {name: Fate() for name in self.workers}

    def report(self, worker: str, data: dict[str, Any]) -> None:
        """Add what a worker reports, if it says anything of a test."""
        steps = from_wire(data.get("lab", {})).values()
        for step in steps:
            self.total.add(step)
        if "lab_glance" in data:
            glance = Glance.from_wire(data["lab_glance"])
            completed = sum(step.completed for step in steps)
            self.workers.setdefault(worker, Fate()).add(Report(completed, glance))

    def still_there(self, workers: Set[str]) -> None:
        """Those that the master hears of; the others that took part are lost."""
        if self.going:
            self.lost = frozenset(self.workers) - workers

    def end(self, *, interrupted: bool = False) -> None:
        """The test is over."""
        self.going, self.interrupted = False, interrupted

    @property
    def unfinished(self) -> int:
        """Requests that began and have neither succeeded nor failed."""
        return self._under_way + self.total.unfinished
