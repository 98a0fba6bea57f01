"""The ranking for where server and load share a CPU: what a request costs the server.

The kernel accounts the CPU time of each container apart, whoever else runs on the same CPU, and at
a rate that all can serve every server does the same work.
"""

from __future__ import annotations

from orchestrator.claims.evidence import cpu_times
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Phase
from orchestrator.report.group import (
    Group,
    groups,
    memory_idle_mb,
    memory_peak_mb,
    server_to_load_cpu,
    start_s,
)
from orchestrator.report.rank import Place, Ranking, ranks, shown_rank
from orchestrator.report.table import (
    FRAMEWORK,
    Column,
    Row,
    hundredths,
    middle,
    three_digits,
    whole,
)
from orchestrator.stats import tells
from orchestrator.verdict import SCHEDULE

KEPT, BROKEN = "kept", "broken"
TEXT = (
    "The server's CPU time for a request, the least first, at {rate:,g} requests/s for all: it "
    "depends least on a load that shares the CPU. Server / load CPU is the same by what the load "
    "generator needed meanwhile: it drifts less with the machine, so compare one framework's runs "
    "by it, not two frameworks. Latency counts from the moment at which a request was due. Rows "
    "that did not keep up with the rate in every repeat, or failed in any, have no rank."
)
_COST = (
    FRAMEWORK,
    Column(key="rank", title="Rank"),
    Column(key="open_cpu_us_per_request", title="CPU µs/request", show=three_digits),
)
_OF_REPEATS = (
    Column(key="open_cpu_us_lowest", title="Lowest", show=three_digits),
    Column(key="open_cpu_us_highest", title="Highest", show=three_digits),
)
_REST = (
    Column(key="open_server_to_load_cpu", title="Server / load CPU", show=hundredths),
    Column(key="median_ms", title="p50 (ms)", show=three_digits),
    Column(key="p99_ms", title="p99 (ms)", show=three_digits),
    Column(key="max_ms", title="Max (ms)", show=three_digits),
    Column(key="failures", title="Failed", show=whole),
    Column(key="memory_idle_mb", title="Idle MB", show=whole),
    Column(key="memory_peak_mb", title="Peak MB", show=whole),
    Column(key="start_s", title="Start-up (s)", show=three_digits),
    Column(key="contract", title="Contract", words=True),
    Column(key="limited_by", title="Limited by", words=True),
)


def ranks_by_cost(record: RunRecord) -> bool:
    """Whether a run's headline is what a request costs at a fixed rate, not the highest rate."""
    wanted = record.layout.shared or record.profile.by_cost
    return wanted and record.profile.open_rate is not None


def fixed_rate(record: RunRecord, workload: str) -> Ranking:
    """What each framework needs at the rate in common; ranked where it kept up in every repeat."""
    found = groups(record, workload)
    known = cpu_times(record, workload)
    ranked = [group.service for group in found if group.service in known and _kept_up(group)]
    places = ranks(known, ranked, least_first=True)
    several = record.settings.repeats > 1

    def order(group: Group) -> tuple[bool, bool, float]:
        cost = known.get(group.service)
        return cost is None, group.service not in places, cost.value if cost else 0.0

    return Ranking(
        name=f"{workload}-fixed-rate",
        title=f"{workload}: what a request costs at {record.profile.open_rate:,g} requests/s",
        text=TEXT.format(rate=record.profile.open_rate),
        columns=(*_COST, *(_OF_REPEATS if several else ()), *_REST),
        places=tuple(
            Place(
                group=group,
                row=_row(group, places.get(group.service), several=several),
                ranked=group.service in places,
                limited_by=_limited_by(group),
            )
            for group in sorted(found, key=order)
            if group.trials
        ),
    )


def _kept_up(group: Group) -> bool:
    rows = group.open_loop(None)
    every = bool(rows) and len(rows) == len(group.measured)
    return every and _limited_by(group) == SCHEDULE and not group.failed


def _contract(group: Group) -> str | None:
    """A trial that finds the contract broken ends there."""
    if any(trial.phase is Phase.VERIFY for trial in group.trials):
        return BROKEN
    return KEPT if group.measured else None


def _limited_by(group: Group) -> str | None:
    return ", ".join(sorted({row.limited_by for row in group.open_loop(None)})) or None


def _row(group: Group, rank: tuple[int, int] | None, *, several: bool) -> Row:
    rows = group.open_loop(None)
    each = [row.cpu_us_per_request for row in rows if row.cpu_us_per_request is not None]
    answered = min((row.requests - row.failures for row in rows), default=0)
    cells = (
        group.name,
        shown_rank(rank),
        middle(each),
        *((min(each, default=None), max(each, default=None)) if several else ()),
        server_to_load_cpu(group),
        middle([row.median_ms for row in rows]),
        middle([row.p99_ms for row in rows]) if tells(answered, 99) else None,
        # The worst of any repeat: neither is averaged away.
        max((row.max_ms for row in rows if row.max_ms is not None), default=None),
        max((row.failures for row in rows), default=None),
        memory_idle_mb(group),
        memory_peak_mb(group),
        start_s(group),
        _contract(group),
        _limited_by(group),
    )
    return Row(cells=cells, note=group.why or (None if rows else "no open loop"))
