"""Columns for services with companions: what a request costs the service and its companions.

A service that waits for a database does not fill its CPU, so its rate often says little of it. Its
CPU time for a request does, and so these columns rank by that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orchestrator.model.record import RunRecord
from orchestrator.model.trial import TrialRecord
from orchestrator.quantities import hold_costs
from orchestrator.report.column import Column, Value, span, whole
from orchestrator.report.group import Group
from orchestrator.report.ranking import Place, of_group, tested
from orchestrator.stats.interval import Interval
from orchestrator.stats.ranks import ranks

TEXT = (
    "CPU rank orders the rows by CPU µs/request, the lowest first. What the server waits for, such "
    "as a database, is no part of it; the companions' own CPU time for a request stands beside it. "
    "A server with a full CPU needs somewhat less for a request than one that mostly waits, so "
    "small differences between rows with different limits mean little."
)
INTERVALS = (
    "CPU low and CPU high are the ends of its interval, from all repeats of the table (Tukey's "
    "test)."
)


def has_companions(found: Sequence[Group]) -> bool:
    """Whether any service of a table has a companion."""
    return any(trial.companions for group in found for trial in group.trials)


def companion_columns(
    record: RunRecord, workload: str, found: Sequence[Group]
) -> tuple[tuple[Column[Place], ...], tuple[str, ...]]:
    """The columns and what explains them, in parts; nothing where no service has a companion.

    Only rows whose every repeat did the work of the workload have a CPU rank.
    """
    if not has_companions(found):
        return (), ()
    known = hold_costs(record, workload)
    ranked = [group.service for group in found if group.service in known and _whole(group)]
    places = ranks(known, ranked, least_first=True)

    def end(of: Callable[[Interval], float]) -> Callable[[Place], Value]:
        def cell(place: Place) -> Value:
            cost = known.get(place.group.service)
            return None if cost is None else of(cost)

        return cell

    rank: Column[Place] = Column(
        "cpu_rank", "CPU rank", lambda place: span(places.get(place.group.service, ()))
    )
    ends: tuple[Column[Place], ...] = (
        Column("cpu_us_low", "CPU low", end(lambda cost: cost.low), show=whole, wide=True),
        Column("cpu_us_high", "CPU high", end(lambda cost: cost.high), show=whole, wide=True),
    )
    if not tested(known):
        return (rank, _DATABASE), (TEXT,)
    return (rank, *ends, _DATABASE), (TEXT, INTERVALS)


def _whole(group: Group) -> bool:
    """Whether all repeats were held, and none failed."""
    return not group.failed and len(group.held) == len(group.measured)


def _companions_us(group: Group) -> Value:
    """The median over the repeats of what all companions together used for a request."""

    def of(trial: TrialRecord) -> float | None:
        used = [one.cpu_us_per_request for one in trial.companions]
        known = [value for value in used if value is not None]
        return sum(known) if known and len(known) == len(used) else None

    return group.median(of)


_DATABASE: Column[Place] = Column(
    "database_cpu_us_per_request",
    "Database CPU µs/request",
    of_group(_companions_us),
    show=whole,
    wide=True,
)
