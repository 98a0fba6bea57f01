"""The bounds that percentiles set for the mean, for any distribution between them."""

from __future__ import annotations

from itertools import pairwise

from orchestrator.audit.row import ResultRow

ROUNDED, ROUNDED_MS = 0.05, 0.5
"""Locust rounds to two significant digits (105 becomes 100 or 110) and whole milliseconds: see
``bucket_response_time`` in its ``stats.py``."""
EXACT = 0.01
"""The error of an HdrHistogram with two digits, or of a table that prints three digits."""


def slack_ms(row: ResultRow, ms: float) -> float:
    """How far rounding may move a latency of this row from its exact value, in ms."""
    return ROUNDED * ms + ROUNDED_MS if row.rounded else EXACT * ms


def mean_bounds(row: ResultRow) -> tuple[float, float | None]:
    """The lowest and the highest possible mean, in ms; the highest is None without a maximum.

    A known share of the requests lies between two neighbouring percentiles. Each of these requests
    is at least as slow as the lower percentile and at most as slow as the upper one. With few
    requests the bounds are wider, since tools differ in which request they take as a percentile.
    """
    top = row.max_ms if row.max_ms is not None else row.percentiles.get(100.0)
    points = [(0.0, row.min_ms or 0.0)]
    points += sorted((p, ms) for p, ms in row.percentiles.items() if p < 100)
    points.append((100.0, points[-1][1] if top is None else top))
    low = sum((q - p) / 100 * ms for (p, ms), (q, _) in pairwise(points))
    high = sum((q - p) / 100 * ms for (p, _), (q, ms) in pairwise(points))
    # This allows for two requests as slow as the slowest known latency.
    few = 2 * points[-1][1] / row.requests if row.requests else 0.0
    least = max(0.0, low - slack_ms(row, low) - few)
    return least, None if top is None else high + slack_ms(row, high) + few
