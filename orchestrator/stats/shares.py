"""A share of sums, with its interval: how much of a server's CPU time is the kernel's. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.stats.student import mean_interval


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share from 0 to 1.

    ``low``, ``high``: its 95 % interval, None if nothing gives one. ``reach``: half the width that
    the interval has before it is cut at 0 and 1; near them it tells more than the cut one.
    """

    value: float
    low: float | None
    high: float | None
    reach: float | None


def share_of(part: Sequence[float], rest: Sequence[float]) -> Share | None:
    """The sum of ``part`` as a share p of the sum of everything; None without anything.

    A ratio of sums, not a mean of shares: a launch with few ticks of the clock then counts for as
    many as it has. Its interval is Student's for the mean of part_i - p (part_i + rest_i) over the
    launches i, divided by the mean of part_i + rest_i (Cochran, Sampling Techniques, 3rd edition,
    1977, 6.3). The chance of the ticks is in it: n of them alone give p a standard deviation of
    sqrt(p (1 - p) / n).

    Args:
        part, rest: of each launch; at least 0.
    """
    whole = [one + other for one, other in zip(part, rest, strict=True)]
    total = sum(whole)
    if total <= 0:
        return None
    value = sum(part) / total
    if len(whole) < 2:
        return Share(value=value, low=None, high=None, reach=None)
    off = mean_interval([one - value * both for one, both in zip(part, whole, strict=True)])
    reach = (off.high - off.low) / 2 * len(whole) / total
    low, high = max(0.0, value - reach), min(1.0, value + reach)
    return Share(value=value, low=low, high=high, reach=reach)
