"""Compare two clients: the ratio of their rates, and whether both ends' counts agree. Pure."""

from __future__ import annotations

from dataclasses import dataclass
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
from orchestrator.stats.series import BATCHED_LEAST, MedianInterval, alike, median_interval

# The lab's client passes if the median ratio differs from 1 by at most this much.
TOLERANCE = 0.05


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
    """One service's row: medians over its pairs (``ratio``: lab / wrk), sums of failures.

    ``pairs``, ``seconds``: how many pairs there were, and how long they took. ``alike``: how much
    neighbouring pairs are alike (0: not at all), where there are enough to tell.
    """

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
    pairs: int
    seconds: float | None
    alike: float | None

    @property
    def counts_agree(self) -> bool:
        """Whether both ends counted the same for both clients, and wrk saw no wrong answer."""
        counts = (self.lab_counts, self.wrk_counts)
        return all(count is not None and count.agrees for count in counts) and not self.wrk_wrong


def ratios(check: ServiceCheck) -> list[float]:
    """The ratio lab / wrk of each pair in which wrk's rate is known and not 0, in order."""
    return [pair.lab.rps / pair.wrk.rps for pair in check.pairs if pair.wrk.rps]


def ratio(check: ServiceCheck) -> MedianInterval | None:
    """The median ratio lab / wrk of a service, and its interval; None if nothing was measured."""
    found = ratios(check)
    return median_interval(found) if found else None


def enough(check: ServiceCheck, settings: CrossCheckSettings) -> bool:
    """Whether a service has all its pairs.

    To stop when an interval is narrow enough is harmless to a good approximation, because its width
    says little about the ratio: Chow and Robbins, On the asymptotic theory of fixed-width
    sequential confidence intervals for the mean, Annals of Mathematical Statistics 36 (1965),
    457-462. `tests/unit/stats/test_series.py` tries it with values like those of real slices.
    """
    if settings.pairs is not None:
        return len(check.pairs) >= settings.pairs
    if (check.seconds or 0.0) >= (settings.budget_s or 0.0):
        return True
    found = ratio(check) if len(check.pairs) >= BATCHED_LEAST else None
    return found is not None and narrow(found, settings.within or 0.0)


def narrow(found: MedianInterval, within: float) -> bool:
    """Whether the interval reaches by at most this share to either side of the median."""
    if found.low is None or found.high is None or found.low <= 0:
        return False
    return max(found.high / found.median, found.median / found.low) <= 1 + within


def service_row(check: ServiceCheck, connections: int) -> ServiceRow:
    """A service's row; its fields are None where nothing was measured."""
    pairs, found = check.pairs, ratio(check)
    of_wrk = [rate for pair in pairs if (rate := pair.wrk.rps) is not None]
    idles = [pair.lab.idle for pair in pairs if pair.lab.idle is not None]
    counted = check.counted
    return ServiceRow(
        service=check.service,
        ratio=found,
        lab_rps=median(pair.lab.rps for pair in pairs) if pairs else None,
        wrk_rps=median(of_wrk) if of_wrk else None,
        within_5_percent=_within(found),
        lab_failures=sum(sum(pair.lab.failures.values()) for pair in pairs),
        wrk_failures=sum(pair.wrk.failures for pair in pairs),
        lab_idle=median(idles) if idles else None,
        lab_counts=_lab_agreement(counted.lab, counted.lab_seen) if counted else None,
        wrk_counts=_wrk_agreement(counted.wrk, counted.wrk_seen, connections) if counted else None,
        wrk_wrong=_wrong(counted),
        pairs=len(pairs),
        seconds=check.seconds,
        alike=alike(ratios(check)),
    )


def _within(found: MedianInterval | None) -> str | None:
    if found is None:
        return None
    return "yes" if abs(found.median - 1) <= TOLERANCE else "no"


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
