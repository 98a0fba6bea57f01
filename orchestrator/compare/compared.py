"""Compares two records row by row. Pure.

Everything is computed with logarithms: machines disturb costs and rates by factors, not by amounts,
and a ratio of 2 and one of 1/2 are then equally far from 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from math import exp, log
from statistics import fmean

from orchestrator.compare.comparison import ComparedRow, Comparison, Ratio, Spread, Unequal
from orchestrator.model.comparable import OWN_PYTHON, PYTHON, Comparable, ComparableRow
from orchestrator.stats.answer import Answer, same_or_undecided
from orchestrator.stats.pooled import Pooled, pooled
from orchestrator.stats.series import MedianInterval, median_interval
from orchestrator.stats.two_means import Difference, adjusted, welch, with_spread
from orchestrator.words import LARGEST, finite

CONFIDENCE = 0.99
"""Of each row's interval. A record has many rows: at 95 %, one of twenty equal rows would be called
faster or slower; at 99 %, one of a hundred."""
OWN_LEAST = 5
"""From this many values on both sides on, a row's own values tell its spread. With four and four,
Welch's t can have as few as three degrees of freedom, and the interval is 5.8 standard errors wide
either way; with many, 2.6."""
ROWS_LEAST = 6
"""Fewer rows give no 95 % interval of their median (stats/series.py)."""

Key = tuple[str, str, str]
"""Service, workload and quantity."""


def unequal(base: Comparable, head: Comparable) -> tuple[Unequal, ...]:
    """The conditions that both records have, and in which they differ."""
    bases, heads = ({PYTHON: OWN_PYTHON, **one.conditions} for one in (base, head))
    return tuple(
        Unequal(name=name, base=text, head=heads[name])
        for name, text in bases.items()
        if heads.get(name, text) != text
    )


def compared(base: Comparable, head: Comparable) -> Comparison:
    """Every row of either record, with its ratio or the reason why it has none."""
    bases, heads = _rows(base), _rows(head)
    same = base.run_id == head.run_id and base.rows == head.rows
    spreads = _spreads(base, head)
    rows = tuple(
        _compared(key, bases.get(key), heads.get(key), spreads, same=same)
        for key in dict.fromkeys(chain(bases, heads))
    )
    return Comparison(
        base=base,
        head=head,
        unequal=unequal(base, head),
        same_record=same,
        headline=base.headline or head.headline,
        rows=rows,
        spreads=spreads,
        shifts={} if same else _shifts(rows),
    )


def _rows(comparable: Comparable) -> dict[Key, ComparableRow]:
    return {(row.service, row.workload, row.quantity.name): row for row in comparable.rows}


def _spreads(base: Comparable, head: Comparable) -> dict[str, Pooled]:
    """Quantity -> the spread of the logarithms within its rows, of both records together."""
    rows = [row for row in (*base.rows, *head.rows) if _positive(row)]
    names = dict.fromkeys(row.quantity.name for row in (*base.rows, *head.rows))
    return {name: pooled(_logs(row) for row in rows if row.quantity.name == name) for name in names}


def _shifts(rows: Iterable[ComparedRow]) -> dict[str, MedianInterval]:
    """Quantity -> the median of its rows' ratios, for those with enough rows."""
    found: dict[str, list[float]] = {}
    for row in rows:
        if row.ratio is not None:
            found.setdefault(row.quantity.name, []).append(row.ratio.ratio)
    return {
        name: median_interval(ratios) for name, ratios in found.items() if len(ratios) >= ROWS_LEAST
    }


def _compared(
    key: Key,
    base: ComparableRow | None,
    head: ComparableRow | None,
    spreads: Mapping[str, Pooled],
    *,
    same: bool,
) -> ComparedRow:
    service, workload, quantity = key
    known = base or head
    if known is None:
        raise ValueError(f"{key}: a row of neither record")
    why = _why_not(base, head)
    ratio = None
    if base is not None and head is not None and not why:
        ratio = _ratio(base, head, spreads[quantity], same=same)
    sides = [(name, row) for name, row in (("base", base), ("head", head)) if row is not None]
    return ComparedRow(
        service=service,
        workload=workload,
        quantity=known.quantity,
        base=base,
        head=head,
        ratio=ratio,
        why=why,
        notes=tuple(f"{name}: {row.note}" for name, row in sides if row.note and not why),
    )


def _why_not(base: ComparableRow | None, head: ComparableRow | None) -> str:
    """Why a row cannot be compared; empty if it can."""
    found = []
    for name, row, other in (("base", base, "head"), ("head", head, "base")):
        if row is None:
            found.append(f"only {other} has this row")
        elif not row.values:
            found.append(f"{name}: {row.note or 'it has no values'}")
        elif not _positive(row):
            found.append(f"{name}: a value is not a number above 0")
    return "; ".join(found)


def _ratio(base: ComparableRow, head: ComparableRow, spread: Pooled, *, same: bool) -> Ratio:
    logs = _logs(base), _logs(head)
    if same:
        known, source = Difference(mean=0.0, half=0.0, freedom=None), Spread.SAME
    elif at_equal_speed := _adjusted(base, head, logs):
        known, source = at_equal_speed, Spread.ADJUSTED
    elif min(map(len, logs)) >= OWN_LEAST:
        known, source = welch(*logs, CONFIDENCE), Spread.OWN
    else:
        known = with_spread(*logs, _at_least_own(spread, logs), CONFIDENCE)
        source = Spread.NONE if known.half is None else Spread.POOLED
    low = None if known.low is None else _exp(known.low)
    high = None if known.high is None else _exp(known.high)
    return Ratio(
        base=exp(fmean(logs[0])),
        head=exp(fmean(logs[1])),
        ratio=_exp(known.mean),
        low=low,
        high=high,
        smallest_effect=None if known.half is None else _exp(known.half) - 1,
        spread=source,
        freedom=known.freedom,
        answer=_answer(low, high, less_is_faster=base.quantity.less_is_faster),
    )


def _adjusted(
    base: ComparableRow, head: ComparableRow, logs: tuple[Sequence[float], Sequence[float]]
) -> Difference | None:
    """The difference at equal speed of the machine, if its speed is known and there are enough
    values.
    """
    known = all(len(row.machine_us) == len(row.values) >= OWN_LEAST for row in (base, head))
    if not known:
        return None
    base_x, head_x = ([log(one) for one in row.machine_us] for row in (base, head))
    return adjusted(logs[0], logs[1], base_x, head_x, CONFIDENCE)


def _at_least_own(spread: Pooled, logs: tuple[Sequence[float], Sequence[float]]) -> Pooled:
    """The pooled spread, or the row's own if that is larger.

    Some rows vary more than others, and a disturbed trial makes a row vary more. With the pooled
    spread alone, such rows would be called different too often (tests/benchmarks/compare_aa.py).
    """
    own = pooled(logs).deviation
    if spread.deviation is None or own is None:
        return spread
    return replace(spread, deviation=max(spread.deviation, own))


def _answer(low: float | None, high: float | None, *, less_is_faster: bool) -> Answer:
    """The answer for the head; ``less_is_faster``: as in `Quantity`."""
    if low is None or high is None:
        return Answer.UNDECIDED
    if low > 1:
        return Answer.SLOWER if less_is_faster else Answer.FASTER
    if high < 1:
        return Answer.FASTER if less_is_faster else Answer.SLOWER
    return same_or_undecided(low, high)


def _positive(row: ComparableRow) -> bool:
    """Whether all values have a logarithm."""
    return all(finite(value) and value > 0 for value in row.values)


def _logs(row: ComparableRow) -> list[float]:
    return [log(value) for value in row.values]


def _exp(logarithm: float) -> float:
    """The ratio of this logarithm, within what JSON and tables can show."""
    return exp(min(max(logarithm, -log(LARGEST)), log(LARGEST)))
