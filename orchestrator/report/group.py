"""The repeats of one framework with one workload: what every table and chart has a row of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import OpenLoop, Outcome, TrialRecord
from orchestrator.report.column import AtLeast, Value, known_median

LAST_IN_2019 = "Django+Gunicorn"
NO_HOLD = "no hold"
"""A trial that was measured, but ended before its hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One framework with one workload; ``trials`` are its repeats in the order of the record."""

    service: str
    name: str
    workload: str
    trials: tuple[TrialRecord, ...]

    @property
    def measured(self) -> tuple[TrialRecord, ...]:
        """Those that were measured."""
        return tuple(t for t in self.trials if t.outcome is Outcome.MEASURED)

    @property
    def held(self) -> tuple[TrialRecord, ...]:
        """Those that have a hold."""
        return tuple(t for t in self.measured if t.hold)

    @property
    def failed(self) -> bool:
        """Whether any repeat failed; one that was skipped did not run."""
        return any(t.outcome is Outcome.FAILED for t in self.trials)

    @property
    def full(self) -> bool:
        """Whether the server's CPU was the limit in every hold: else the rate is "at least"."""
        return {t.limited_by for t in self.held} == {Limit.SERVER_CPU}

    @property
    def ranked(self) -> bool:
        """Whether the server's CPU was the limit in every repeat, and none failed."""
        return self.full and not self.failed and len(self.held) == len(self.measured)

    @property
    def limited_by(self) -> str | None:
        """What limited any of the repeats; None where none was measured."""
        return ", ".join(sorted({t.limited_by or Limit.UNKNOWN for t in self.held})) or None

    @property
    def why(self) -> str | None:
        """How it ended where nothing was held; the reason stands with the caveats."""
        if self.held:
            return None
        return ", ".join(sorted({_end(trial) for trial in self.trials})) or NO_HOLD

    def median(self, of: Callable[[TrialRecord], float | None]) -> float | None:
        """The median of the held repeats' values of what is known; None where nothing is."""
        return known_median([of(trial) for trial in self.held])

    def open_loop(self, of_capacity: float | None) -> tuple[OpenLoop, ...]:
        """Every repeat's row at one load of the open loop."""
        return tuple(
            row
            for trial in self.measured
            for row in trial.open_loop
            if row.of_capacity == of_capacity
        )


def _end(trial: TrialRecord) -> str:
    if trial.outcome is Outcome.MEASURED:
        return NO_HOLD
    return f"{trial.outcome} in {trial.phase}" if trial.phase else str(trial.outcome)


def groups(record: RunRecord, workload: str) -> tuple[Group, ...]:
    """One workload's groups in the order of the table of 2019."""
    names = {t.service: t.server.name for t in record.trials}
    ordered = sorted(names, key=lambda service: (names[service] == LAST_IN_2019, service))
    return tuple(
        Group(
            service=service,
            name=names[service],
            workload=workload,
            trials=tuple(
                t for t in record.trials if (t.service, t.workload) == (service, workload)
            ),
        )
        for service in ordered
    )


def by_rate(found: tuple[Group, ...]) -> list[Group]:
    """Those that are ranked, then the other measured ones, the fastest first; failed ones last."""

    def order(group: Group) -> tuple[bool, bool, float]:
        rate = goodput_rps(group)
        return rate is None, not group.ranked, -(rate or 0.0)

    return sorted(found, key=order)


def goodput_rps(group: Group) -> float | None:
    """Successes a second while held."""
    return group.median(lambda t: t.hold.goodput_rps if t.hold else None)


def rate_of(group: Group) -> Value:
    """Successes a second while held: a lower bound where the server was not what limited it.

    Where memory or errors were, it is neither the server's rate nor a bound: just what was counted.
    """
    rate = goodput_rps(group)
    broke = {t.limited_by for t in group.held} & {Limit.MEMORY, Limit.ERRORS}
    return rate if rate is None or group.full or broke else AtLeast(value=rate)


def memory_peak_mb(group: Group) -> float | None:
    """The container's highest memory in MB."""
    return group.median(lambda t: _mega(t.resources.memory_peak_bytes if t.resources else None))


def memory_idle_mb(group: Group) -> float | None:
    """The container's memory before the load in MB."""
    return group.median(lambda t: _mega(t.resources.memory_idle_bytes if t.resources else None))


def image_mb(group: Group) -> float | None:
    """The image's size in MB."""
    return group.median(lambda t: _mega(t.resources.image_bytes if t.resources else None))


def start_s(group: Group) -> float | None:
    """Seconds from the container's start to its first right answer."""
    return group.median(lambda t: t.resources.start_s if t.resources else None)


def cpu_us_per_request(group: Group) -> float | None:
    """The server's CPU time for a success while held, in microseconds."""
    return group.median(lambda t: t.resources.cpu_us_per_request if t.resources else None)


def open_cpu_us_per_request(group: Group) -> float | None:
    """The same at the arrival rate that all have in common."""
    return known_median([row.cpu_us_per_request for row in group.open_loop(None)])


def server_to_load_cpu(group: Group) -> float | None:
    """At that rate, the server's CPU time by the load generator's; where one worker brought it all.

    Both did the same work in the same seconds, so it hardly drifts with the machine's speed.
    """
    return known_median(
        [
            row.server_cpu / row.loadgen_cpu
            for trial in group.measured
            if trial.workers == 1
            for row in trial.open_loop
            if row.of_capacity is None and row.server_cpu is not None and row.loadgen_cpu
        ]
    )


def _mega(value: int | None) -> float | None:
    return None if value is None else value / 1e6
