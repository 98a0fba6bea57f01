"""Latencies as an HdrHistogram."""

from collections.abc import Mapping

from hdrh.histogram import HdrHistogram

from labwire.histogram import DIGITS, HIGHEST_US, LOWEST_US


def histogram(latencies: Mapping[int, int]) -> str:
    """The latencies {microseconds: count} as an HdrHistogram (V2, base64)."""
    histogram = HdrHistogram(LOWEST_US, HIGHEST_US, DIGITS)
    for latency_us, count in latencies.items():
        if not histogram.record_value(latency_us, count):
            raise ValueError(f"a latency of {latency_us} us is outside the histogram's bounds")
    encoded: bytes = histogram.encode()
    return encoded.decode("ascii")
