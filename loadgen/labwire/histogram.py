"""The bounds of every HdrHistogram: only those of equal bounds add up without a loss."""

LOWEST_US, HIGHEST_US, DIGITS = 1, 60_000_000, 3
"""Microseconds, up to a minute, which is well beyond any request timeout; significant digits."""
