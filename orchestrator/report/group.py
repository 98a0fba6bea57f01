"""Groups: the repeats of one framework with one workload. Tables and charts have a row for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from labwire.procstat import most_stolen
from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import OpenLoop, Outcome, TrialRecord
from orchestrator.quantities import OTHER_WORK
from orchestrator.report.column import AtLeast, Value, known_median

LAST_IN_2019 = "Django+Gunicorn"
NO_HOLD = "no hold"
"""For a trial that was measured, but ended before its hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One service with one workload. ``trials``: its repeats, in the order of the record.

    ``framework``, ``folder``: the folders of its application and of the service, below
    ``services/``.
    """

    service: str
    framework: str
    folder: str
    name: str
    workload: str
    trials: tuple[TrialRecord, ...]

    @property
    def measured(self) -> tuple[TrialRecord, ...]:
        """The trials that were measured."""
        return tuple(t for t in self.trials if t.outcome is Outcome.MEASURED)

    @property
    def held(self) -> tuple[TrialRecord, ...]:
        """The measured trials that have a hold."""
        return tuple(t for t in self.measured if t.hold)

    @property
    def failed(self) -> bool:
        """Whether any repeat failed. A skipped repeat did not run, so it did not fail."""
        return any(t.outcome is Outcome.FAILED for t in self.trials)

    @property
    def full(self) -> bool:
        """Whether the server's CPU limited every hold. If not, the rate is a lower bound."""
        return {t.limited_by for t in self.held} == {Limit.SERVER_CPU}

    @property
    def ranked(self) -> bool:
        """Whether it gets a rank: the server's CPU limited every repeat, and none failed."""
        return self.full and not self.failed and len(self.held) == len(self.measured)

    @property
    def limited_by(self) -> str | None:
        """The limits of all repeats; None if none has a hold."""
        return ", ".join(sorted({t.limited_by or Limit.UNKNOWN for t in self.held})) or None

    @property
    def why(self) -> str | None:
        """How the trials ended if none has a hold. The reason stands with the caveats."""
        if self.held:
            return None
        return ", ".join(sorted({_end(trial) for trial in self.trials})) or NO_HOLD

    def median(self, of: Callable[[TrialRecord], float | None]) -> float | None:
        """The median of a value over the repeats with a hold; None if it is not known."""
        return known_median([of(trial) for trial in self.held])

    def open_loop(self, of_capacity: float | None) -> tuple[OpenLoop, ...]:
        """Each repeat's row at one load of the open loop. ``None`` is the common rate."""
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
    """One workload's groups, in the order of the table of 2019."""
    servers = {t.service: t.server for t in record.trials}
    names = {service: server.name for service, server in servers.items()}
    ordered = sorted(names, key=lambda service: (names[service] == LAST_IN_2019, service))
    return tuple(
        Group(
            service=service,
            framework=servers[service].framework_of(service),
            folder=servers[service].folder_of(service),
            name=names[service],
            workload=workload,
            trials=tuple(
                t for t in record.trials if (t.service, t.workload) == (service, workload)
            ),
        )
        for service in ordered
    )


def by_rate(found: tuple[Group, ...]) -> list[Group]:
    """Ranked groups, then others with a rate, each fastest first; groups without a rate last."""

    def order(group: Group) -> tuple[bool, bool, float]:
        rate = goodput_rps(group)
        return rate is None, not group.ranked, -(rate or 0.0)

    return sorted(found, key=order)


def goodput_rps(group: Group) -> float | None:
    """Successes/s in the hold."""
    return group.median(lambda t: t.hold.goodput_rps if t.hold else None)


def rate_of(group: Group) -> Value:
    """Successes/s in the hold, as a lower bound if the server's CPU was not the limit.

    If memory or errors were the limit, it is neither the server's rate nor a bound. Then the
    plain count is returned.
    """
    rate = goodput_rps(group)
    broke = any(t.limited_by in OTHER_WORK for t in group.held)
    return rate if rate is None or group.full or broke else AtLeast(value=rate)


def stolen(trial: TrialRecord) -> float | None:
    """The share that a hypervisor took of the server's CPU in the hold, or of one of the load's.

    The larger one counts; None if neither is known.
    """
    seen = trial.limited_by_evidence
    return most_stolen(seen.get(name) for name in ("server_steal", "loadgen_steal"))


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
    """The server's CPU time per success in the hold, in microseconds."""
    return group.median(lambda t: t.resources.cpu_us_per_request if t.resources else None)


def open_cpu_us_per_request(group: Group) -> float | None:
    """The server's CPU time per success at the common arrival rate, in microseconds."""
    return known_median([row.cpu_us_per_request for row in group.open_loop(None)])


def server_to_load_cpu(group: Group) -> float | None:
    """The server's CPU time divided by the load generator's, at the common arrival rate.

    Only for trials with one worker. Both CPU times belong to the same requests in the same seconds,
    so this ratio hardly changes with the machine's speed.
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
