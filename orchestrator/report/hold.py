"""The ranking for hosts where the server has its own CPU: the rate at the best step."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Totals
from orchestrator.quantities import rates
from orchestrator.report.column import Column, Value, percent, span, three_digits, whole
from orchestrator.report.companion_columns import companion_columns
from orchestrator.report.group import (
    Group,
    by_rate,
    cpu_us_per_request,
    groups,
    memory_peak_mb,
    rate_of,
    stolen,
)
from orchestrator.report.ranking import (
    INTERVALS,
    PLACE,
    Place,
    Ranking,
    answers_with,
    ends,
    of_group,
    tested,
)
from orchestrator.stats.ranks import ranks

TEXT = (
    "Held at the best step: successes per second and their latency, with the fewest users that "
    "reach the full rate. Where the server's CPU was not the limit, a row is grey and has no rank; "
    '"≥" means "at least".'
)


STOLEN_TEXT = (
    "Stolen: the largest share of the server's CPU, or of one of the load's, that a hypervisor "
    "took during a hold."
)


def _median(of: Callable[[Totals], float | None]) -> Callable[[Place], Value]:
    """The median of the holds."""
    return lambda place: place.group.median(lambda trial: of(trial.hold) if trial.hold else None)


def _most(of: Callable[[Totals], float]) -> Callable[[Place], Value]:
    return lambda place: max((of(t.hold) for t in place.group.held if t.hold), default=None)


def _users(group: Group) -> Value:
    return span([trial.hold_users for trial in group.held])


def _breaking_users(group: Group) -> Value:
    return min((t.breaking_users for t in group.held if t.breaking_users), default=None)


_RATE: tuple[Column[Place], ...] = (
    Column("users", "Users", of_group(_users), show=whole, wide=True),
    Column("goodput_rps", "Requests/s", of_group(rate_of), show=whole),
)
_ENDS = ends("goodput_rps", whole)
_LATENCY: tuple[Column[Place], ...] = (
    Column("median_ms", "p50 (ms)", _median(lambda h: h.median_ms), show=three_digits, wide=True),
    Column("p99_ms", "p99 (ms)", _median(lambda h: h.p99_ms), show=three_digits),
    # Not medians, which would hide failures: the most failures and the fewest users of any repeat.
    Column("hold_failures", "Failed", _most(lambda h: h.failures), show=whole, wide=True),
    Column("breaking_users", "Drops from", of_group(_breaking_users), show=whole, wide=True),
    Column(
        "cpu_us_per_request", "CPU µs/request", of_group(cpu_us_per_request), show=whole, wide=True
    ),
)
_REST: tuple[Column[Place], ...] = (
    Column("memory_peak_mb", "Peak MB", of_group(memory_peak_mb), show=whole, wide=True),
    Column("limited_by", "Limited by", lambda place: place.limited_by, words=True, wide=True),
)


def _stolen(group: Group) -> Value:
    shares = [stolen(trial) for trial in group.held]
    return max((share for share in shares if share is not None), default=None)


_STOLEN: Column[Place] = Column("steal", "Stolen", of_group(_stolen), show=percent, wide=True)


def hold(record: RunRecord, workload: str) -> Ranking:
    """The ranking by the hold's rate. Ranked if the server's CPU was the limit in every repeat."""
    found = groups(record, workload)
    ranked = [group.service for group in found if group.ranked]
    known = rates(record, workload)
    places = ranks(known, ranked)
    cost_columns, cost_text = companion_columns(record, workload, found)
    steal = any(stolen(trial) is not None for group in found for trial in group.held)
    return Ranking(
        name=f"{workload}-hold",
        title=f"{workload}: held at the best step",
        text=" ".join(
            (
                TEXT,
                *((INTERVALS,) if tested(known) else ()),
                *cost_text,
                *((STOLEN_TEXT,) if steal else ()),
            )
        ),
        columns=(
            *PLACE,
            *_RATE,
            *(_ENDS if tested(known) else ()),
            *_LATENCY,
            *cost_columns,
            *_REST,
            *answers_with(found),
            *((_STOLEN,) if steal else ()),
        ),
        places=tuple(
            Place(
                group=group,
                rank=places.get(group.service),
                limited_by=group.limited_by,
                note=group.why,
                interval=known.get(group.service),
            )
            for group in by_rate(found)
            if group.trials
        ),
        own_text=cost_text,
    )
