"""The ranking of hosts on which the server has a CPU of its own: the rate at the best step."""

from __future__ import annotations

from orchestrator.claims.evidence import rates
from orchestrator.model.record import RunRecord
from orchestrator.report.group import (
    Group,
    by_rate,
    cpu_us_per_request,
    groups,
    memory_peak_mb,
    rate_of,
)
from orchestrator.report.rank import Place, Ranking, ranks, shown_rank
from orchestrator.report.table import FRAMEWORK, Column, Row, span, three_digits, whole

TEXT = (
    "Held at the best step: successes a second and their latency, with as few users as reach the "
    'full rate. Rows that the server\'s CPU did not limit are grey, have no rank and read "≥", at '
    "least."
)
_RANKED = (
    FRAMEWORK,
    Column(key="rank", title="Rank"),
    Column(key="users", title="Users", show=whole),
    Column(key="goodput_rps", title="Requests/s", show=whole),
)
_OF_REPEATS = (
    Column(key="goodput_rps_lowest", title="Lowest", show=whole),
    Column(key="goodput_rps_highest", title="Highest", show=whole),
)
_REST = (
    Column(key="median_ms", title="p50 (ms)", show=three_digits),
    Column(key="p99_ms", title="p99 (ms)", show=three_digits),
    Column(key="hold_failures", title="Failed", show=whole),
    Column(key="breaking_users", title="Drops from", show=whole),
    Column(key="cpu_us_per_request", title="CPU µs/request", show=whole),
    Column(key="memory_peak_mb", title="Peak MB", show=whole),
    Column(key="limited_by", title="Limited by", words=True),
)


def hold(record: RunRecord, workload: str) -> Ranking:
    """The hold of each framework; ranked where the server's CPU was the limit in every repeat."""
    found = groups(record, workload)
    ranked = [group.service for group in found if group.ranked]
    places = ranks(rates(record, workload), ranked)
    several = record.settings.repeats > 1
    return Ranking(
        name=f"{workload}-hold",
        title=f"{workload}: held at the best step",
        text=TEXT,
        columns=(*_RANKED, *(_OF_REPEATS if several else ()), *_REST),
        places=tuple(
            Place(
                group=group,
                row=_row(group, places.get(group.service), several=several),
                ranked=group.ranked,
                limited_by=group.limited_by,
            )
            for group in by_rate(found)
            if group.trials
        ),
    )


def _row(group: Group, rank: tuple[int, int] | None, *, several: bool) -> Row:
    each = [trial.hold.goodput_rps for trial in group.held if trial.hold]
    spread = (min(each, default=None), max(each, default=None))
    cells = (
        group.name,
        shown_rank(rank),
        span([t.hold_users for t in group.held]),
        rate_of(group),
        *(spread if several else ()),
        group.middle(lambda t: t.hold.median_ms if t.hold else None),
        group.middle(lambda t: t.hold.p99_ms if t.hold else None),
        # A failure is never averaged away: the most of any repeat, the fewest users of any.
        max((t.hold.failures for t in group.held if t.hold), default=None),
        min((t.breaking_users for t in group.held if t.breaking_users), default=None),
        cpu_us_per_request(group),
        memory_peak_mb(group),
        group.limited_by,
    )
    return Row(cells=cells, note=group.why)
