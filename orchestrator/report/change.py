"""Ratios and their intervals as changes in per cent, for people."""

from __future__ import annotations


def change(ratio: float) -> str:
    """A ratio as a change: 1.021 is ``+2.10 %``."""
    text = size(ratio - 1)
    return text if is_zero(ratio - 1) else f"{'+' if ratio > 1 else '-'}{text}"


def size(share: float) -> str:
    """A share without its sign: -0.021 is ``2.10 %``; three decimals below 0.01 %."""
    percent = abs(100 * share)
    return f"{percent:.2f} %" if percent >= 0.0095 or is_zero(share) else f"{percent:.3f} %"


def changes(low: float | None, high: float | None) -> str | None:
    """The ends of a ratio's interval as changes; None if there is no interval."""
    return None if low is None or high is None else f"{change(low)} to {change(high)}"


def is_zero(share: float) -> bool:
    """Whether people see this share as 0 %."""
    return abs(100 * share) < 0.0005
