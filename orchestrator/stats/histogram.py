"""Latency distributions as HdrHistogram, and percentiles read from them.

HdrHistogram V2, 1 µs to 60 s, three significant digits (http://hdrhistogram.org): a percentile
read from it is within 0.1 % of the recorded value.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from hdrh.histogram import HdrHistogram

LOWEST_US, HIGHEST_US, DIGITS = 1, 60_000_000, 3


BEYOND = 5
"""Fewest requests that must exceed a percentile for it to differ meaningfully from the maximum."""


def tells(requests: int, percentile: float) -> bool:
    """Whether so many requests can tell this percentile (0 to 100)."""
    # Rounded: 499 requests at a rate that should have given 500 tell what 500 tell.
    return percentile <= 50 or round(requests * (100 - percentile) / 100) >= BEYOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Percentiles:
    """Latencies in milliseconds; None where nothing was recorded."""

    median_ms: float | None = None
    p90_ms: float | None = None
    p99_ms: float | None = None
    p999_ms: float | None = None
    max_ms: float | None = None


def merged(encoded: Iterable[str]) -> HdrHistogram:
    """Add up encoded histograms (V2, base64); lossless and free of order."""
    total = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    for text in encoded:
        total.decode_and_add(text)
    return total


def encoded(histogram: HdrHistogram) -> str:
    """The histogram as V2 base64 text, readable by HdrHistogram's tools."""
    text = histogram.encode()
    return text.decode() if isinstance(text, bytes) else str(text)


def percentiles(histogram: HdrHistogram) -> Percentiles:
    """The percentiles that the lab publishes; all None for an empty histogram."""
    if histogram.get_total_count() == 0:
        return Percentiles()

    def at(percent: float) -> float:
        return float(histogram.get_value_at_percentile(percent)) / 1000

    return Percentiles(
        median_ms=at(50),
        p90_ms=at(90),
        p99_ms=at(99),
        p999_ms=at(99.9),
        max_ms=float(histogram.get_max_value()) / 1000,
    )
