"""Rules ``counts`` and ``rate`` for a row that is the total of others, its parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.audit.alike import DIGITS_LEAST, digits
from orchestrator.audit.rate import SAME_RATE
from orchestrator.audit.row import ResultRow, Rule, contradiction, doubt, shown
from orchestrator.model.finding import Finding

ROUNDED_RATE = 0.01
"""Locust of 2019 prints two digits of a rate: half of the last one for the total and each part."""
SAME_MEAN = 0.01
"""Of means and sizes that are printed with three digits; those in whole numbers are cut off."""
PARTS_LEAST = 2


def sums(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """A row that is named Total, Aggregated or the like, against the others."""
    totals = [row for row in rows if row.is_sum and not row.is_average]
    parts = [row for row in rows if not row.is_sum]
    if len(totals) == 1 and parts:
        yield from of_its_parts(totals[0], parts)


def of_its_parts(total: ResultRow, parts: Sequence[ResultRow]) -> Iterator[Finding]:
    """Counts add up to the last request. Locust's rates do, too, its extremes are those of the
    parts, its means and sizes are between theirs, weighted with their requests.

    In a table of somebody else's, what is not a count is a doubt: nobody says how it was made. Its
    rate is left out: parts may have been measured one after the other.
    """
    for what, told, numbers in (
        ("requests", total.requests, [row.requests for row in parts]),
        ("failures", total.failures, [row.failures for row in parts]),
    ):
        added = _all(numbers)
        if told is not None and added and sum(added) != told:
            text = f"{total.name} has {shown(told)} {what}, its parts have {shown(sum(added))}."
            yield contradiction(total, "counts", told, sum(added), text)
    asked = [row for row in parts if row.requests]  # what was asked for nothing has no latency
    rates = _all([row.rps for row in parts])
    if total.rounded and rates:
        slack = SAME_RATE * sum(rates) + ROUNDED_RATE * (1 + len(rates))
        yield from _within(total, "rate", "requests/s", total.rps, sum(rates), sum(rates), slack)
    least = _all([row.min_ms for row in asked])
    if least and 0 not in least and total.min_ms:  # 0 is what Locust writes of none, too
        yield from _within(total, "counts", "ms at least", total.min_ms, min(least), min(least))
    if most := _all([row.max_ms for row in asked]):
        yield from _within(total, "counts", "ms at most", total.max_ms, max(most), max(most))
    yield from _mean(total, asked, "ms on average", total.mean_ms, [r.mean_ms for r in asked])
    sizes = [row.body_bytes for row in asked]
    yield from _mean(total, asked, "bytes on average", total.body_bytes, sizes)


def adds_up(rows: Sequence[ResultRow]) -> ResultRow | None:
    """The row, whatever its name, whose requests or rate are those of all others together."""
    for numbers in ([row.requests for row in rows], [row.rps for row in rows]):
        known = _all(numbers)
        if len(known) <= PARTS_LEAST:
            continue
        for row, number in zip(rows, known, strict=True):
            others = sum(known) - number
            if digits(number) >= DIGITS_LEAST and abs(others - number) <= 1e-6 * number:
                return row
    return None


def _mean(
    total: ResultRow,
    parts: Sequence[ResultRow],
    what: str,
    told: float | None,
    numbers: Sequence[float | None],
) -> Iterator[Finding]:
    known = _all(numbers)
    if told is None or not known:
        return
    slack = SAME_MEAN * told + all(float(one).is_integer() for one in (told, *known))
    found = list(_within(total, "counts", what, told, min(known), max(known), slack))
    yield from found
    requests = _all([row.requests for row in parts])
    if found or not total.rounded or not requests:
        return
    mean = sum(n * one for n, one in zip(requests, known, strict=True)) / sum(requests)
    if abs(told - mean) > slack:
        # A doubt for times: events that have none are counted, but are in no mean.
        kind = contradiction if total.body_bytes == told else doubt
        text = f"the total has {shown(told)} {what}, its parts make {shown(mean)}."
        yield kind(total, "counts", told, mean, text)


def _within(
    total: ResultRow,
    rule: Rule,
    what: str,
    told: float | None,
    least: float,
    most: float,
    slack: float = 0.0,
) -> Iterator[Finding]:
    if told is None or (least - slack <= told * (1 + 1e-9) and told * (1 - 1e-9) <= most + slack):
        return
    kind = contradiction if total.rounded else doubt
    of = shown(least) if least == most else f"{shown(least)} to {shown(most)}"
    text = f"the total has {shown(told)} {what}, its parts have {of}."
    yield kind(total, rule, told, least if told < least else most, text)


def _all(numbers: Sequence[float | None]) -> list[float]:
    """The numbers; none where one is not known."""
    return [] if None in numbers else [number for number in numbers if number is not None]
