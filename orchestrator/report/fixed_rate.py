"""The ranking for hosts where server and load share a CPU: the server's CPU time per request.

The kernel counts the CPU time of each container separately, even if other processes run on the same
CPU. At a rate that all servers can keep up with, all of them do the same work.
"""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.model.limit import Limit
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import TrialPhase
from orchestrator.quantities import cpu_times
from orchestrator.report.column import Column, Value, hundredths, three_digits, whole
from orchestrator.report.group import (
    Group,
    groups,
    memory_idle_mb,
    memory_peak_mb,
    open_cpu_us_per_request,
    server_to_load_cpu,
    start_s,
)
from orchestrator.report.open_loop import Repeats, limited_by, median_ms, p99_ms, worst_ms
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

KEPT, BROKEN = "kept", "broken"
TEXT = (
    "The server's CPU time for a request, the lowest first, at {rate:,g} requests/s for every "
    "framework. It hardly depends on the load generator that shares the CPU. Server / load CPU "
    "divides it by the load generator's own CPU time. This ratio drifts less with the machine: use "
    "it to compare runs of one framework, not two frameworks. Latency counts from the moment at "
    "which a request was due. Rows that did not keep up with the rate in every repeat, or failed "
    "in any, have no rank."
)


def _at_rate(of: Callable[[Repeats], Value]) -> Callable[[Place], Value]:
    """For a column about the repeats at the common rate."""
    return lambda place: of(place.group.open_loop(None))


def _failures(repeats: Repeats) -> int | None:
    """The most failures of any repeat, since a median would hide them."""
    return max((row.failures for row in repeats), default=None)


def _contract(group: Group) -> str | None:
    """Whether the contract was kept. A trial that finds it broken ends in the phase ``verify``."""
    if any(trial.phase is TrialPhase.VERIFY for trial in group.trials):
        return BROKEN
    return KEPT if group.measured else None


COST = "CPU µs/request"
"""The title of the column by which trials are ranked."""
_ENDS = ends("open_cpu_us", three_digits)
_REST: tuple[Column[Place], ...] = (
    Column(
        "open_server_to_load_cpu",
        "Server / load CPU",
        of_group(server_to_load_cpu),
        show=hundredths,
        wide=True,
    ),
    Column("median_ms", "p50 (ms)", _at_rate(median_ms), show=three_digits, wide=True),
    Column("p99_ms", "p99 (ms)", _at_rate(p99_ms), show=three_digits),
    Column("max_ms", "Max (ms)", _at_rate(worst_ms), show=three_digits, wide=True),
    Column("failures", "Failed", _at_rate(_failures), show=whole, wide=True),
    Column("memory_idle_mb", "Idle MB", of_group(memory_idle_mb), show=whole, wide=True),
    Column("memory_peak_mb", "Peak MB", of_group(memory_peak_mb), show=whole, wide=True),
    Column("start_s", "Start-up (s)", of_group(start_s), show=three_digits, wide=True),
    Column("contract", "Contract", of_group(_contract), words=True, wide=True),
    Column("limited_by", "Limited by", lambda place: place.limited_by, words=True, wide=True),
)


def ranks_by_cost(record: RunRecord) -> bool:
    """Whether the headline is the CPU time per request at a fixed rate, not the highest rate."""
    wanted = record.layout.shared or record.profile.by_cost
    return wanted and record.profile.open_rate is not None


def trial_columns(
    cost: str = COST, between: tuple[Column[Place], ...] = ()
) -> tuple[Column[Place], ...]:
    """The columns with what the trials showed at the common rate.

    Args:
        cost: the title of the first one, the CPU time for a request.
        between: columns that follow the first one.
    """
    first: Column[Place] = Column(
        "open_cpu_us_per_request", cost, of_group(open_cpu_us_per_request), show=three_digits
    )
    return (first, *between, *_REST)


def fixed_rate(record: RunRecord, workload: str) -> Ranking:
    """The ranking by CPU time at the common rate. Only if all repeats kept up there is a rank."""
    found = groups(record, workload)
    known = cpu_times(record, workload)
    ranked = [group.service for group in found if group.service in known and _kept_up(group)]
    places = ranks(known, ranked, least_first=True)
    text = TEXT.format(rate=record.profile.open_rate)

    def order(group: Group) -> tuple[bool, bool, float]:
        cost = known.get(group.service)
        return cost is None, group.service not in places, cost.value if cost else 0.0

    return Ranking(
        name=f"{workload}-fixed-rate",
        title=f"{workload}: what a request costs at {record.profile.open_rate:,g} requests/s",
        text=f"{text} {INTERVALS}" if tested(known) else text,
        columns=(
            *PLACE,
            *trial_columns(between=_ENDS if tested(known) else ()),
            *answers_with(found),
        ),
        places=tuple(
            Place(
                group=group,
                rank=places.get(group.service),
                limited_by=limited_by(group.open_loop(None)),
                note=group.why or (None if group.open_loop(None) else "no open loop"),
                interval=known.get(group.service),
            )
            for group in sorted(found, key=order)
            if group.trials
        ),
    )


def _kept_up(group: Group) -> bool:
    rows = group.open_loop(None)
    every = bool(rows) and len(rows) == len(group.measured)
    return every and limited_by(rows) == Limit.SCHEDULE and not group.failed
