"""Rules ``counts`` and ``rate`` for a row that is the total of others, its parts."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence

from orchestrator.audit.alike import DIGITS_LEAST, digits
from orchestrator.audit.rate import SAME_RATE
from orchestrator.audit.row import Make, ResultRow, Rule, contradiction, doubt, shown
from orchestrator.model.finding import Finding

ROUNDED_RATE = 0.01
"""Locust of 2019 prints two digits of a rate: half of the last one for the total and each part."""
SAME_MEAN = 0.01
"""Of means and sizes that are printed with three digits; those in whole numbers are cut off."""
EXACT = 1e-6
PARTS_LEAST = 2
Expected = tuple[Make, Rule, str, float | None, float, float, float]
"""Kind, rule, unit, what the total has, the least and the most that it may have, rounding."""


def sums(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """A row that is named Total, Aggregated or the like, against the others."""
    totals = [row for row in rows if row.is_sum and not row.is_average]
    parts = [row for row in rows if not row.is_sum]
    if len(totals) == 1 and parts:
        yield from of_its_parts(totals[0], parts)


def of_its_parts(total: ResultRow, parts: Sequence[ResultRow]) -> Iterator[Finding]:
    """Counts add up to the last request. Locust's rates do, too, its extremes are those of the
    parts, its means and sizes are between theirs, weighted with their requests.

    In a table of somebody else's, what is not a count is a doubt: nobody says how it was made.
    """
    for kind, rule, unit, told, least, most, slack in _expected(total, parts):
        if told is None or least - slack <= told <= most + slack:
            continue
        of = shown(least) if least == most else f"{shown(least)} to {shown(most)}"
        text = f"{total.name} has {shown(told)} {unit}, its parts have {of}."
        yield kind(total, rule, told, least if told < least else most, text)


def _expected(total: ResultRow, parts: Sequence[ResultRow]) -> Iterator[Expected]:
    kind = contradiction if total.rounded else doubt
    for what in ("requests", "failures"):
        if added := _all(parts, what):
            told, whole = getattr(total, what), sum(added)
            slack = 0.0 if total.rounded else sum(map(_rounding, (*added, told or 0)))
            yield contradiction, "counts", what, told, whole, whole, slack
    if total.rounded and (rates := _all(parts, "rps")):  # others may measure one after the other
        slack = SAME_RATE * sum(rates) + ROUNDED_RATE * (1 + len(rates))
        yield kind, "rate", "requests/s", total.rps, sum(rates), sum(rates), slack
    asked = [row for row in parts if row.requests]  # what was asked for nothing has no latency
    mins, maxs = _all(asked, "min_ms"), _all(asked, "max_ms")
    if mins and 0 not in mins and total.min_ms:  # 0 is what Locust writes of none, too
        yield kind, "counts", "ms at least", total.min_ms, min(mins), min(mins), EXACT * min(mins)
    if maxs:
        yield kind, "counts", "ms at most", total.max_ms, max(maxs), max(maxs), EXACT * max(maxs)
    # Events without a time are counted, but are in no mean: the weights of times are a doubt.
    for field, unit, weighted in (("mean_ms", "ms", doubt), ("body_bytes", "bytes", contradiction)):
        told, known, unit = getattr(total, field), _all(asked, field), f"{unit} on average"
        if told is None or not known:
            continue
        slack = SAME_MEAN * told + all(float(one).is_integer() for one in (told, *known))
        yield kind, "counts", unit, told, min(known), max(known), slack
        if total.rounded and min(known) - slack <= told <= max(known) + slack:
            weights = [row.requests or 0 for row in asked]
            mean = sum(map(operator.mul, weights, known)) / sum(weights)
            yield weighted, "counts", unit, told, mean, mean, slack


def adds_up(rows: Sequence[ResultRow]) -> ResultRow | None:
    """The row, whatever its name, whose requests or rate are those of all others together."""
    for field in ("requests", "rps"):
        known = _all(rows, field) if len(rows) > PARTS_LEAST else []
        half = sum(known) / 2
        for row, number in zip(rows, known, strict=False):
            if abs(half - number) <= EXACT * number and digits(number) >= DIGITS_LEAST:
                return row
    return None


def _rounding(number: float) -> float:
    """Half of the last digit of a number that ends in zeros, as ``5.2k`` does."""
    zeros = len(text := f"{number:.0f}") - len(text.rstrip("0"))
    return 10.0**zeros / 2 if zeros > 1 and number else 0.0


def _all(rows: Sequence[ResultRow], field: str) -> list[float]:
    """The numbers of all rows; none where one of them is not known."""
    numbers = [getattr(row, field) for row in rows]
    return [] if None in numbers else numbers
