"""Counts of requests for each step: pure data that can be added in any order.

A request, with its latency and its success or failure, belongs to the step in which it BEGAN (in
the open loop: should have begun). Only `completed` counts successes by the step in which they
ENDED. Rates use it, because otherwise a slow step would be credited with what the server did later.
All times are whole microseconds; a distribution maps microseconds to a count.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

Distribution = Counter[int]

REASONS = 20
"""Most distinct reasons. A server that is wrong in a new way each time must not fill the record or
the memory."""
OTHER = "other reasons"


@dataclass(slots=True)
class Health:
    """How well a worker coped with a step. Of several, the worst counts; None means unknown."""

    idle: float | None = None
    """Share of the time in which the engine had nothing to do."""
    lag_us: int | None = None
    """The longest delay of a timer in the worker's event loop."""
    listen_overflows: int | None = None
    """Connections that full listen queues of the worker's network namespace turned away."""

    def worst(self, other: "Health") -> "Health":
        """The worse of each value. Workers may share a namespace, so overflows are not added."""
        return Health(
            idle=_pick(min, self.idle, other.idle),
            lag_us=_pick(max, self.lag_us, other.lag_us),
            listen_overflows=_pick(max, self.listen_overflows, other.listen_overflows),
        )


@dataclass(slots=True)
class StepTally:
    """The counts of one step."""

    began: int = 0
    completed: int = 0
    """Successes that ended in this step, whenever they began."""
    failures: Counter[str] = field(default_factory=Counter)
    """Failures by kind."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Failures by kind and reason, in words; `note` adds to it."""
    latencies: Distribution = field(default_factory=Distribution)
    """Of successes; in the open loop since the intended send time."""
    waits: Distribution = field(default_factory=Distribution)
    """How long failed and unfinished requests were waited for."""
    service: Distribution = field(default_factory=Distribution)
    """Open loop: latencies of successes since the real send time."""
    late: Distribution = field(default_factory=Distribution)
    """Open loop: how much later the generator sent than it could have."""
    pending: Distribution = field(default_factory=Distribution)
    """Ages of the requests under way at the end of the step, whenever they began."""
    answered: int = 0
    """Users that got any answer within the step."""
    in_flight_us: int = 0
    """Time for which requests were under way within the step, summed over all connections."""
    present_us: int = 0
    """Time for which users were present, summed. In a closed loop, Little's law makes it equal to
    `in_flight_us`."""
    connects: int = 0
    connecting_us: int = 0
    """Time that the successful connects took, summed."""
    server_closes: int = 0
    """Idle connections that the server closed."""
    health: Health = field(default_factory=Health)

    @property
    def successes(self) -> int:
        """Requests that began in this step and got the contract's answer."""
        return self.latencies.total()

    @property
    def failed(self) -> int:
        """Requests that began in this step and failed."""
        return self.failures.total()

    @property
    def ended(self) -> int:
        """Successes and failures."""
        return self.successes + self.failed

    @property
    def unfinished(self) -> int:
        """Requests that neither succeeded nor failed while they were counted."""
        return self.began - self.ended

    def add(self, other: "StepTally") -> None:
        """Add the counts of this step from another worker or a later report."""
        for name in _NAMES:
            if name == "health":
                self.health = self.health.worst(other.health)
            elif name == "reasons":
                for reason, count in other.reasons.items():
                    note(self.reasons, reason, count)
            elif isinstance(mine := getattr(self, name), Counter):
                mine.update(getattr(other, name))
            else:
                setattr(self, name, mine + getattr(other, name))


_NAMES = tuple(field.name for field in fields(StepTally))

Tally = dict[int, StepTally]
"""Step index -> counts, of a whole trial or since the last report."""


@dataclass(frozen=True, slots=True)
class Sums:
    """Totals of a whole trial, to compare counts that were kept separately."""

    requests: int = 0
    failures: int = 0
    unfinished: int = 0
    connects: int = 0
    server_closes: int = 0

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            requests=self.requests + other.requests,
            failures=self.failures + other.failures,
            unfinished=self.unfinished + other.unfinished,
            connects=self.connects + other.connects,
            server_closes=self.server_closes + other.server_closes,
        )


def note(reasons: Counter[str], reason: str, count: int) -> None:
    """Count a reason under its own name, or as `OTHER` if there are already `REASONS` of them."""
    known = reason in reasons or len(reasons) < REASONS
    reasons[reason if known else OTHER] += count


def total(tally: Tally) -> Sums:
    """The totals of `tally`."""
    steps = tally.values()
    return Sums(
        requests=sum(step.ended for step in steps),
        failures=sum(step.failed for step in steps),
        unfinished=sum(step.unfinished for step in steps),
        connects=sum(step.connects for step in steps),
        server_closes=sum(step.server_closes for step in steps),
    )


def together(distributions: Iterable[Distribution]) -> Distribution:
    """The sum of distributions."""
    sum_of_all: Distribution = Counter()
    for distribution in distributions:
        sum_of_all.update(distribution)
    return sum_of_all


def merge(into: Tally, other: Tally) -> None:
    """Add `other` to `into`."""
    for index, step in other.items():
        into.setdefault(index, StepTally()).add(step)


def to_wire(tally: Tally) -> dict[int, dict[str, Any]]:
    """The tally as plain dicts, which a worker sends to the master; empty members are left out."""
    return {
        index: {
            name: [value.idle, value.lag_us, value.listen_overflows] if name == "health" else value
            for name in _NAMES
            if (value := getattr(step, name))
        }
        for index, step in tally.items()
    }


def from_wire(data: dict[int, dict[str, Any]]) -> Tally:
    """The tally from which `to_wire` made `data`."""
    return {index: _step(members) for index, members in data.items()}


def _step(members: dict[str, Any]) -> StepTally:
    counters = {name: Counter(value) for name, value in members.items() if isinstance(value, dict)}
    return StepTally(**{**members, **counters, "health": Health(*members["health"])})


def _pick(choose: Any, one: Any, other: Any) -> Any:
    known = [value for value in (one, other) if value is not None]
    return choose(known) if known else None
