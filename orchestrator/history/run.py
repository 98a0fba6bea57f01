"""What a history keeps of one run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

import msgspec

from orchestrator.model.comparable import Comparable, ComparableRow, Quantity
from orchestrator.stats.student import CONFIDENCE, mean_interval
from orchestrator.words import LARGEST, Count, Moment, Name, RunId

SCHEMA = 1
"""Of a line. A reader refuses any other, so it rises when an older reader would be misled."""
DIGITS = 6
"""Significant digits that are kept; the rounding is then far below any noise."""

Known = Annotated[int, msgspec.Meta(ge=SCHEMA, le=SCHEMA)]
Positive = Annotated[float, msgspec.Meta(gt=0, le=LARGEST)]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """One quantity of one service under one workload.

    ``value``: the geometric mean of the run's ``count`` repeats (trials or launches). ``low`` and
    ``high``: its 95 % interval; None with one repeat.
    """

    service: Name
    workload: Name
    quantity: Name
    value: Positive
    low: Positive | None
    high: Positive | None
    count: Count


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRun:
    """One run. ``conditions`` and ``circumstances``: as in `Comparable`,
    sorted by name, so that the same run always gives the same line.
    """

    schema: Known
    run: RunId
    started_at: Moment
    experiment: Name
    conditions: Mapping[str, str]
    circumstances: Mapping[str, str]
    quantities: tuple[Quantity, ...]
    rows: tuple[KeptRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOut:
    """A row that a history cannot keep, and why."""

    row: str
    why: str


def kept(comparable: Comparable) -> tuple[KeptRun, tuple[LeftOut, ...]]:
    """What a history keeps of a record, and the rows that it cannot keep."""
    left_out = tuple(
        LeftOut(row=f"{row.service} {row.workload} {row.quantity.name}", why=why)
        for row in comparable.rows
        if (why := _why_not(row))
    )
    rows = [row for row in comparable.rows if not _why_not(row)]
    run = KeptRun(
        schema=SCHEMA,
        run=comparable.run_id,
        started_at=comparable.started_at,
        experiment=comparable.experiment,
        conditions=dict(sorted(comparable.conditions.items())),
        circumstances=dict(sorted(comparable.circumstances.items())),
        quantities=tuple(dict.fromkeys(row.quantity for row in rows)),
        rows=tuple(_row(row) for row in rows),
    )
    return run, left_out


def added(runs: Sequence[KeptRun], new: KeptRun) -> tuple[KeptRun, ...]:
    """The runs with this one, which replaces an older line of the same run; in order of time."""
    others = [run for run in runs if run.run != new.run]
    return in_time([*others, new])


def in_time(runs: Sequence[KeptRun]) -> tuple[KeptRun, ...]:
    """The runs in order of time."""
    return tuple(sorted(runs, key=lambda run: (run.started_at, run.run)))


def _why_not(row: ComparableRow) -> str:
    if not row.values:
        return row.note or "it has no values"
    return "" if all(value > 0 for value in row.values) else "a value is not above 0"


def _row(row: ComparableRow) -> KeptRow:
    known = mean_interval([math.log(value) for value in row.values], CONFIDENCE)
    bounded = math.isfinite(known.low)
    return KeptRow(
        service=row.service,
        workload=row.workload,
        quantity=row.quantity.name,
        value=_rounded(known.mean),
        low=_rounded(known.low) if bounded else None,
        high=_rounded(known.high) if bounded else None,
        count=known.count,
    )


def _rounded(log: float) -> float:
    """The number with this logarithm, within what a line can hold."""
    most = math.log(LARGEST)
    return float(f"{math.exp(min(max(log, -most), most)):.{DIGITS - 1}e}")
