"""Counts of requests, step by step: pure data that adds up in any order.

A request belongs, with its latency and its success or failure, to the step in which it BEGAN (in
the open loop: should have begun). Only `completed` counts successes by the step in which they
ENDED: rates are made of that, since a slow step would otherwise be credited with what the server
did later. All times are whole microseconds; a distribution maps microseconds to a count.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

Distribution = Counter[int]

REASONS = 20
"""Reasons told apart: a server that is wrong in a new way each time must fill neither record nor
memory."""
OTHER = "other reasons"


@dataclass(slots=True)
class Health:
    """How a worker fared in a step. Of several workers the worst counts; None is unknown."""

    idle: float | None = None
    """Share of the time in which the engine had nothing to do."""
    lag_us: int | None = None
    """The longest that a timer of the worker's event loop was kept waiting."""
    listen_overflows: int | None = None
    """Connections turned away by full listen queues of the worker's network namespace."""

    def worst(self, other: "Health") -> "Health":
        """The worse of each; the namespace may be shared, so its counts do not add up."""
        return Health(
            idle=_pick(min, self.idle, other.idle),
            lag_us=_pick(max, self.lag_us, other.lag_us),
            listen_overflows=_pick(max, self.listen_overflows, other.listen_overflows),
        )


@dataclass(slots=True)
class StepTally:
    """What happened to the requests of one step."""

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
    """How long those waited that failed, or that nobody waited for to the end."""
    service: Distribution = field(default_factory=Distribution)
    """Open loop: latencies of the successes since they were really sent."""
    late: Distribution = field(default_factory=Distribution)
    """Open loop: how much later than it could have the generator sent."""
    pending: Distribution = field(default_factory=Distribution)
    """Ages of the requests that were under way when the step ended, whenever they began."""
    answered: int = 0
    """Users that got any answer within the step."""
    in_flight_us: int = 0
    """Time that requests were under way within the step, added up over all connections."""
    present_us: int = 0
    """Time that users were there, added up: Little's law has the two equal in a closed loop."""
    connects: int = 0
    connecting_us: int = 0
    """Time that the successful connects took."""
    server_closes: int = 0
    """Idle connections that the server closed."""
    health: Health = field(default_factory=Health)

    @property
    def successes(self) -> int:
        """Of the requests that began in this step, those answered as the contract says."""
        return self.latencies.total()

    @property
    def failed(self) -> int:
        """Of the requests that began in this step, those that failed in any way."""
        return self.failures.total()

    @property
    def ended(self) -> int:
        """Successes and failures."""
        return self.successes + self.failed

    @property
    def unfinished(self) -> int:
        """Those that neither succeeded nor failed while it was counted."""
        return self.began - self.ended

    def add(self, other: "StepTally") -> None:
        """Add what another worker, or a later report, has counted of this step."""
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
"""The steps of a trial by their index, or what was added to them since the last report."""


@dataclass(frozen=True, slots=True)
class Sums:
    """A whole trial in five numbers, for comparing counts that were kept apart."""

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
    """Count a reason, under its own name as long as there are few."""
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
    """Plain dicts, as they travel from a worker to the master; what is empty stays at home."""
    return {
        index: {
            name: [value.idle, value.lag_us, value.listen_overflows] if name == "health" else value
            for name in _NAMES
            if (value := getattr(step, name))
        }
        for index, step in tally.items()
    }


def from_wire(data: dict[int, dict[str, Any]]) -> Tally:
    """The tally that `to_wire` made `data` of."""
    return {index: _step(members) for index, members in data.items()}


def _step(members: dict[str, Any]) -> StepTally:
    counters = {name: Counter(value) for name, value in members.items() if isinstance(value, dict)}
    return StepTally(**{**members, **counters, "health": Health(*members["health"])})


def _pick(choose: Any, one: Any, other: Any) -> Any:
    known = [value for value in (one, other) if value is not None]
    return choose(known) if known else None
