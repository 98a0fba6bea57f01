"""Rule ``rate``: the count divided by the duration must be the rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding
from orchestrator.model.published import OfferedLoad

SAME_RATE = 0.02
"""Allows for two rounded numbers, and for a clock that stops at the last answer. Locust's does, so
a test of a minute may appear up to a second shorter."""
SAME_DURATION = 0.10
"""If the table has no durations, the rows must agree with each other. Those of 2019 lie within 2 %
of their median. A row five times as far off had another duration, or has a wrong number."""
ROWS_LEAST = 3
"""If only two rows disagree, nobody can know which one is right."""


def rate(rows: Sequence[ResultRow], load: OfferedLoad | None) -> Iterator[Finding]:
    """Compare total / duration with the rate.

    If a row has no duration, it is compared with the load's duration, or else with the other rows.
    """
    implied: dict[int, float] = {}
    for index, row in enumerate(rows):
        if not row.requests or not row.rps or row.requests < 0 or row.rps < 0:
            continue
        if row.duration_s:
            yield from _told(row, row.requests, row.rps, row.duration_s)
        else:
            implied[index] = row.requests / row.rps
    if load is None and len(implied) < ROWS_LEAST:
        return
    usual = load.duration_s if load is not None else median(implied.values())
    for index, seconds in implied.items():
        if abs(seconds / usual - 1) > SAME_DURATION:
            yield _unlike(rows[index], seconds, usual, load)


def _told(row: ResultRow, requests: float, rps: float, duration_s: float) -> Iterator[Finding]:
    # Some tools divide all requests, some only the successes.
    counts = {requests, requests - (row.failures or 0), requests + (row.failures or 0)}
    if all(abs(rps - count / duration_s) > SAME_RATE * count / duration_s for count in counts):
        text = (
            f"{shown(requests)} requests in {shown(duration_s)} s are "
            f"{shown(requests / duration_s)} requests/s, not {shown(rps)}."
        )
        yield contradiction(row, "rate", rps, requests / duration_s, text)


def _unlike(row: ResultRow, seconds: float, usual: float, load: OfferedLoad | None) -> Finding:
    requests, rps = row.requests or 0, row.rps or 0
    whose = "the test lasted" if load else "the other rows imply"
    # If nobody states a duration, this row may simply have been measured for less time.
    kind = contradiction if load else doubt
    text = (
        f"{shown(requests)} requests at {shown(rps)} requests/s take {seconds:.1f} s, but {whose} "
        f"{usual:.1f} s: over that time the rate is {shown(requests / usual)} requests/s."
    )
    return kind(row, "rate", seconds, usual, text)
