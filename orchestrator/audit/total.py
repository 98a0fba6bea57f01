"""Rules ``counts`` and ``rate`` for a row that is the total of other rows, its parts."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence

from orchestrator.audit.alike import DIGITS_LEAST, digits
from orchestrator.audit.rate import SAME_RATE
from orchestrator.audit.row import Make, ResultRow, Rule, contradiction, doubt, shown
from orchestrator.model.finding import Finding

ROUNDED_RATE = 0.01
"""Locust of 2019 prints rates with two decimals. Total and parts may each be off by this."""
SAME_MEAN = 0.01
"""Allows for means and sizes with three digits. Whole numbers get one more: they are cut off."""
EXACT = 1e-6
PARTS_LEAST = 2
Expected = tuple[Make, Rule, str, float | None, float, float, float]
"""Kind, rule, unit, the total's value, its lowest and highest allowed value, and the rounding."""


def sums(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """Compare a row that is named Total, Aggregated or the like with the other rows."""
    totals = [row for row in rows if row.is_sum and not row.is_average]
    parts = [row for row in rows if not row.is_sum]
    if len(totals) == 1 and parts:
        yield from of_its_parts(totals[0], parts)


def of_its_parts(total: ResultRow, parts: Sequence[ResultRow]) -> Iterator[Finding]:
    """Compare a total with its parts.

    Counts must add up exactly. In Locust's files, rates must add up, too; the minimum and maximum
    must be those of the parts; mean and size must be the average of the parts, weighted by
    requests. In other tables, everything but counts is only a doubt: they do not say how a total
    was calculated.
    """
    for kind, rule, unit, told, least, most, slack in _expected(total, parts):
        if told is None or least - slack <= told <= most + slack:
            continue
        of = shown(least) if least == most else f"{shown(least)} to {shown(most)}"
        text = f"{total.name} has {shown(told)} {unit}, but its parts have {of}."
        yield kind(total, rule, told, least if told < least else most, text)


def _expected(total: ResultRow, parts: Sequence[ResultRow]) -> Iterator[Expected]:
    kind = contradiction if total.rounded else doubt
    for what in ("requests", "failures"):
        if added := _all(parts, what):
            told, whole = getattr(total, what), sum(added)
            slack = 0.0 if total.rounded else sum(map(_rounding, (*added, told or 0)))
            yield contradiction, "counts", what, told, whole, whole, slack
    # In other tables, parts may be measured one after the other. Then their rates do not add up.
    if total.rounded and (rates := _all(parts, "rps")):
        slack = SAME_RATE * sum(rates) + ROUNDED_RATE * (1 + len(rates))
        yield kind, "rate", "requests/s", total.rps, sum(rates), sum(rates), slack
    asked = [row for row in parts if row.requests]  # a part without requests has no latency
    mins, maxs = _all(asked, "min_ms"), _all(asked, "max_ms")
    if mins and 0 not in mins and total.min_ms:  # Locust also writes 0 for no requests
        yield kind, "counts", "ms as minimum", total.min_ms, min(mins), min(mins), EXACT * min(mins)
    if maxs:
        yield kind, "counts", "ms as maximum", total.max_ms, max(maxs), max(maxs), EXACT * max(maxs)
    # Events without a time are in the counts, but in no mean. So a weighted mean is only a doubt.
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
    """The row, with any name, whose requests or rate are the sum of all other rows'."""
    for field in ("requests", "rps"):
        known = _all(rows, field) if len(rows) > PARTS_LEAST else []
        half = sum(known) / 2
        for row, number in zip(rows, known, strict=False):
            if abs(half - number) <= EXACT * number and digits(number) >= DIGITS_LEAST:
                return row
    return None


def _rounding(number: float) -> float:
    """Half of the last significant digit of a number that ends in zeros, such as ``5.2k``."""
    zeros = len(text := f"{number:.0f}") - len(text.rstrip("0"))
    return 10.0**zeros / 2 if zeros > 1 and number else 0.0


def _all(rows: Sequence[ResultRow], field: str) -> list[float]:
    """The field's value in all rows; empty if a row does not have it."""
    numbers = [getattr(row, field) for row in rows]
    return [] if None in numbers else numbers
