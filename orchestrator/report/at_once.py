"""The ranking by launches of all services at once: what a request costs, compared in pairs.

The trials of the same run stand beside it, in the columns of ``fixed_rate.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from orchestrator.model.record import RunRecord
from orchestrator.model.together import Together
from orchestrator.report.column import Column, Value, three_digits, times
from orchestrator.report.fixed_rate import trial_columns
from orchestrator.report.group import Group, groups
from orchestrator.report.open_loop import limited_by
from orchestrator.report.ranking import PLACE, Place, Ranking, answers_with
from orchestrator.stats.launches import (
    LAUNCHES_LEAST,
    Relative,
    rank_of,
    relative_logs,
    relatives,
)

TEXT = (
    "What a request costs in CPU time, the lowest first, with all frameworks up at the same time "
    "on one CPU and requests to all of them mixed at random. It is relative to a bare server that "
    "gives the same answer (the reference). Intervals are 95 %, from {launches} launches of new "
    "containers. Ranks come from the pairs within each launch: in at least 95 of 100 such tables "
    "none of them is wrong. The columns from “Alone” on are from the trials, in which each "
    "framework ran alone, at {rate:,g} requests/s. They rank nothing here."
)


def launched(record: RunRecord) -> bool:
    """Whether the run has enough launches of all services at once to rank by them."""
    return any(len(one.launches) >= LAUNCHES_LEAST for one in record.together)


def at_once(record: RunRecord, workload: str) -> Ranking:
    """The ranking by launches. A service that did not take part has no rank, and says why."""
    one = of_workload(record, workload)
    enough = len(one.launches) >= LAUNCHES_LEAST
    known, places = relatives(one), rank_of(relative_logs(one)) if enough else {}
    left = {out.service: f"left out in {out.phase}" for out in one.left_out}

    def place(group: Group) -> Place:
        return Place(
            group=group,
            rank=places.get(group.service),
            limited_by=limited_by(group.open_loop(None)),
            note=left.get(group.service) or group.why or (None if enough else "too few launches"),
        )

    def order(group: Group) -> float:
        cost = known.get(group.service)
        return cost.relative if cost else float("inf")

    found = sorted((g for g in groups(record, workload) if g.trials), key=order)
    text = TEXT.format(launches=len(one.launches), rate=record.profile.open_rate)
    return Ranking(
        name=f"{workload}-fixed-rate",
        title=f"{workload}: what a request costs, all at once",
        text=text,
        columns=(
            *PLACE,
            *_columns(known),
            *trial_columns(cost="Alone: CPU µs/request"),
            *answers_with(found),
        ),
        places=tuple(map(place, found)),
    )


def of_workload(record: RunRecord, workload: str) -> Together:
    """The launches of a workload; empty if there are none."""
    none = Together(workload=workload, services=())
    return next((one for one in record.together if one.workload == workload), none)


def _columns(known: Mapping[str, Relative]) -> tuple[Column[Place], ...]:
    def of(value: Callable[[Relative], Value]) -> Callable[[Place], Value]:
        def cell(place: Place) -> Value:
            cost = known.get(place.group.service)
            return None if cost is None else value(cost)

        return cell

    return (
        Column("relative", "Relative to the reference", of(lambda r: r.relative), show=times),
        Column("relative_low", "95 % from", of(lambda r: r.low), show=times),
        Column("relative_high", "95 % to", of(lambda r: r.high), show=times),
        Column("cpu_us_per_request", "CPU µs/request", of(lambda r: r.cpu_us), show=three_digits),
        Column("launches", "Launches", of(lambda r: r.launches), wide=True),
    )
