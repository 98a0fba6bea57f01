"""Compare two clients: the ratio of their rates, and whether both ends' counts agree. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

from labwire.failure import NEVER_SENT
from orchestrator.experiments.crosscheck.record import (
    Counted,
    CrossCheckSettings,
    LabSlice,
    Seen,
    ServiceCheck,
    WrkSlice,
)

CONFIDENCE = 0.95
# The lab's client passes if the median ratio differs from 1 by at most this much.
TOLERANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class MedianInterval:
    """A median with its 95 % confidence interval.

    ``low`` and ``high`` are None with fewer than six values: they give no 95 % interval.
    """

    median: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One client's count, and the count at the server's end.

    The server's end must have seen all ``answered`` requests. Of those ``under_way`` at the end it
    saw some or all, because not every one had left the client. ``sent_again``: retransmitted
    segments.
    """

    answered: int
    under_way: int
    seen: int
    sent_again: int

    @property
    def agrees(self) -> bool:
        """Whether the server's end saw no fewer and no more requests than were sent."""
        return self.answered <= self.seen <= self.answered + self.under_way

    @property
    def exact(self) -> bool:
        """Whether the server's end saw every request, those under way included."""
        return self.seen == self.answered + self.under_way


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceRow:
    """One service's row: medians over its pairs (``ratio``: lab / wrk), sums of failures."""

    service: str
    ratio: MedianInterval | None
    lab_rps: float | None
    wrk_rps: float | None
    within_5_percent: str | None
    lab_failures: int
    wrk_failures: int
    lab_idle: float | None
    lab_counts: Agreement | None
    wrk_counts: Agreement | None
    wrk_wrong: int | None

    @property
    def counts_agree(self) -> bool:
        """Whether both ends counted the same for both clients, and wrk saw no wrong answer."""
        counts = (self.lab_counts, self.wrk_counts)
        return all(count is not None and count.agrees for count in counts) and not self.wrk_wrong


def median_interval(values: Sequence[float]) -> MedianInterval:
    """The median with its interval, which assumes nothing about the values' distribution.

    The true median lies between the k-th smallest and the k-th largest of n values unless fewer
    than k values lie on one side of it; the number on one side is binomial (n, 1/2). See David and
    Nagaraja, Order Statistics, 3rd edition, section 7.1. The interval uses the largest k that
    gives at least 95 % confidence.

    Raises:
        statistics.StatisticsError: there are no values.
    """
    ordered, n = sorted(values), len(values)
    k = 0
    while 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n <= 1 - CONFIDENCE:
        k += 1
    low, high = (ordered[k - 1], ordered[n - k]) if k else (None, None)
    return MedianInterval(median=median(ordered), low=low, high=high)


def ratio(check: ServiceCheck) -> MedianInterval | None:
    """The ratio lab / wrk of a service; None if nothing was measured."""
    ratios = [pair.lab.rps / pair.wrk.rps for pair in check.pairs if pair.wrk.rps]
    return median_interval(ratios) if ratios else None


def enough(check: ServiceCheck, settings: CrossCheckSettings) -> bool:
    """Whether a service has all its pairs."""
    if settings.pairs is not None:
        return len(check.pairs) >= settings.pairs
    return (check.seconds or 0) >= (settings.budget_s or 0)


def service_row(check: ServiceCheck, connections: int) -> ServiceRow:
    """A service's row; its fields are None where nothing was measured."""
    pairs = check.pairs
    ratios = [pair.lab.rps / pair.wrk.rps for pair in pairs if pair.wrk.rps]
    ratio = median_interval(ratios) if ratios else None
    idles = [pair.lab.idle for pair in pairs if pair.lab.idle is not None]
    counted = check.counted
    return ServiceRow(
        service=check.service,
        ratio=ratio,
        lab_rps=median(pair.lab.rps for pair in pairs) if pairs else None,
        wrk_rps=median(pair.wrk.rps for pair in pairs) if pairs else None,
        within_5_percent=_within(ratio),
        lab_failures=sum(sum(pair.lab.failures.values()) for pair in pairs),
        wrk_failures=sum(pair.wrk.failures for pair in pairs),
        lab_idle=median(idles) if idles else None,
        lab_counts=_lab_agreement(counted.lab, counted.lab_seen) if counted else None,
        wrk_counts=_wrk_agreement(counted.wrk, counted.wrk_seen, connections) if counted else None,
        wrk_wrong=_wrong(counted),
    )


def _within(ratio: MedianInterval | None) -> str | None:
    if ratio is None:
        return None
    return "yes" if abs(ratio.median - 1) <= TOLERANCE else "no"


def _lab_agreement(lab: LabSlice, seen: Seen) -> Agreement:
    never_sent = sum(lab.failures.get(kind, 0) for kind in NEVER_SENT)
    return Agreement(
        answered=lab.requests - never_sent,
        under_way=lab.unfinished,
        seen=seen.requests,
        sent_again=seen.segments - seen.requests,
    )


def _wrk_agreement(wrk: WrkSlice, seen: Seen, connections: int) -> Agreement:
    """wrk does not report requests under way; there is at most one on each connection."""
    return Agreement(
        answered=wrk.requests,
        under_way=connections + wrk.read_errors + wrk.write_errors,
        seen=seen.requests,
        sent_again=seen.segments - seen.requests,
    )


def _wrong(counted: Counted | None) -> int | None:
    return counted.wrk.wrong if counted else None
