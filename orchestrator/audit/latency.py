"""Rules about latencies: their order, their mean, columns that are copies of others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from orchestrator.audit.bounds import mean_bounds, slack_ms
from orchestrator.audit.row import (
    Make,
    ResultRow,
    all_rows,
    contradiction,
    doubt,
    percentile,
    shown,
)
from orchestrator.model.finding import Finding

EQUAL_ROWS_LEAST = 3
"""With only two rows, two columns may be equal by chance."""
TWO_DIGITS_FROM_MS = 100.0
"""Below it Locust keeps whole milliseconds, so p95 and p99 of a fast server are often equal."""
SHOWN_TAIL = 99.0
"""Above it, all percentiles of a few thousand requests are the same request."""


def percentile_order(row: ResultRow) -> Iterator[Finding]:
    """``min <= p50 <= p90 <= ... <= max``, and the mean between minimum and maximum.

    This holds by definition; only rounding is allowed for (``bounds.py``).
    """
    named = row.latencies()
    mean = named.pop("mean", None)
    found = [
        (before, after)
        for before, after in pairwise(named)
        if named[before] > named[after] + slack_ms(row, named[after])
    ]
    for before, after in found[:1]:  # one wrong number puts several pairs out of order
        text = (
            f"{after} ({shown(named[after])} ms) is less than {before} ({shown(named[before])} "
            "ms), which is impossible."
        )
        yield contradiction(row, "percentile-order", named[before], named[after], text)
    for end, sign in (("min", 1), ("max", -1)):
        if mean is None or end not in named:
            continue
        if sign * (named[end] - mean) > slack_ms(row, named[end]):
            side = "below" if end == "min" else "above"
            text = f"The mean of {shown(mean)} ms is {side} the {end} of {shown(named[end])} ms."
            yield contradiction(row, "percentile-order", mean, named[end], text)
            return


def mean_outside_percentiles(row: ResultRow) -> Iterator[Finding]:
    """Compare the mean with the bounds that the percentiles set (``bounds.mean_bounds``).

    Without a maximum, a mean above p99 is possible, but one request in a hundred must then be a
    hundred times as slow as the others. So this is only a doubt.
    """
    mean = row.mean_ms
    if mean is None or not row.percentiles:
        return
    least, most = mean_bounds(row)
    top = max(row.percentiles)
    if mean < least:
        text = f"is too low: the percentiles imply at least {shown(least)} ms"
        yield _mean(row, mean, least, text)
    elif most is not None and mean > most:
        yield _mean(row, mean, most, f"is too high: the percentiles allow at most {shown(most)} ms")
    elif most is None and top >= SHOWN_TAIL and mean > row.percentiles[top]:
        ms = row.percentiles[top]
        text = (
            f"is above {percentile(top)} ({shown(ms)} ms): one of the two probably has the wrong "
            "label"
        )
        yield _mean(row, mean, ms, text, doubt)


def _mean(
    row: ResultRow, mean: float, bound: float, text: str, kind: Make = contradiction
) -> Finding:
    text = f"The mean of {shown(mean)} ms {text}."
    return kind(row, "mean-outside-percentiles", mean, bound, text)


def equal_columns(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """Two latency columns are equal in all rows: one is probably a copy under another name."""
    named = [_copyable(row) for row in rows]
    columns = list(dict.fromkeys(name for row in named for name in row))
    for one, other in combinations(columns, 2):
        pairs = [(row[one], row[other]) for row in named if one in row and other in row]
        same = len(pairs) >= EQUAL_ROWS_LEAST and all(a == b for a, b in pairs)
        if not same or len(set(pairs)) == 1:  # the same number everywhere is a placeholder
            continue
        first = next(i for i, row in enumerate(named) if one in row and other in row)
        text = (
            f"{one} and {other} are equal in all of {len(pairs)} rows (first: {rows[first].name}): "
            "one of them is probably a copy of the other under another name."
        )
        yield doubt(all_rows(rows[first:]), "equal-columns", *pairs[0], text)


def _copyable(row: ResultRow) -> dict[str, float]:
    tails = {percentile(p) for p in row.percentiles if p > SHOWN_TAIL} | {"max"}
    return {
        name: ms
        for name, ms in row.latencies().items()
        if name not in tails and not (row.rounded and ms < TWO_DIGITS_FROM_MS)
    }
