"""What percentiles say of the mean, whatever the distribution between them is."""

from __future__ import annotations

from itertools import pairwise

from orchestrator.audit.row import ResultRow

ROUNDED, ROUNDED_MS = 0.05, 0.5
"""Locust keeps two significant digits (105 becomes 100 or 110) and whole milliseconds: see
``bucket_response_time`` in its ``stats.py``."""
EXACT = 0.01
"""HdrHistogram with two digits, and what a table drops when it prints three."""


def slack_ms(row: ResultRow, ms: float) -> float:
    """How far a latency of this row may be from its exact value because of rounding."""
    return ROUNDED * ms + ROUNDED_MS if row.rounded else EXACT * ms


def mean_bounds(row: ResultRow) -> tuple[float, float | None]:
    """The least and the most that the mean can be, in ms; the most is None without a maximum.

    Between two neighbouring percentiles lies a known share of the requests, each of them no faster
    than the lower and no slower than the upper one. Few requests add what one of them can do at
    each end of such a share, since tools choose differently which one is "the" percentile.
    """
    top = row.max_ms if row.max_ms is not None else row.percentiles.get(100.0)
    points = [(0.0, row.min_ms or 0.0)]
    points += sorted((p, ms) for p, ms in row.percentiles.items() if p < 100)
    points.append((100.0, points[-1][1] if top is None else top))
    low = sum((q - p) / 100 * ms for (p, ms), (q, _) in pairwise(points))
    high = sum((q - p) / 100 * ms for (p, _), (q, ms) in pairwise(points))
    # The few requests' slack is in units of one request at the slowest that is known.
    few = 2 * points[-1][1] / row.requests if row.requests else 0.0
    least = max(0.0, low - slack_ms(row, low) - few)
    return least, None if top is None else high + slack_ms(row, high) + few
