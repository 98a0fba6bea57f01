"""The bounds of every HdrHistogram: only histograms of equal bounds merge without loss."""

LOWEST_US, HIGHEST_US, DIGITS = 1, 60_000_000, 3
"""Microseconds, up to a minute, which is longer than any request timeout; significant digits."""
