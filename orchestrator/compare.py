"""Two clients compared: the ratio of their rates, and whether both ends counted the same. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from statistics import median

from labwire.client import MOST_USERS, Client
from labwire.failure import NEVER_SENT
from orchestrator.model.crosscheck import (
    Counted,
    CrossCheckSettings,
    LabSlice,
    Seen,
    ServiceCheck,
    WrkSlice,
)
from orchestrator.model.settings import Profile
from orchestrator.profiles import PROFILES

CONFIDENCE = 0.95
# The lab's client passes if the median ratio is this close to 1.
TOLERANCE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Middle:
    """A median, and the interval that holds the true one with 95 % confidence.

    ``low`` and ``high`` are None with fewer than six values: no interval is as sure then.
    """

    median: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """One client's count beside that of the server's end.

    ``answered`` requests must have been seen, and of the ``under_way`` as many as had left. What
    is seen of them is bounded: ``agrees``. ``exact``: every one of them was seen.
    """

    answered: int
    under_way: int
    seen: int
    sent_again: int

    @property
    def agrees(self) -> bool:
        """Whether no request is missing or too many at either end."""
        return self.answered <= self.seen <= self.answered + self.under_way

    @property
    def exact(self) -> bool:
        """Whether the two counts are equal, those under way included."""
        return self.seen == self.answered + self.under_way


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """One service's row: medians over its pairs (``ratio``: lab / wrk), sums of failures."""

    service: str
    ratio: Middle | None
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


def problems(
    settings: CrossCheckSettings, known: Sequence[str], workloads: Sequence[str]
) -> list[str]:
    """All that is wrong with the settings, in words; empty if nothing is."""
    found = [
        f"no service {name!r}; there are {', '.join(known)}"
        for name in settings.services
        if name not in known
    ]
    if settings.workload not in workloads:
        found.append(f"no workload {settings.workload!r}; there are {', '.join(workloads)}")
    for option, value, most in (
        ("pairs", settings.pairs, 1000),
        ("seconds", settings.seconds, 60),
    ):
        if not 1 <= value <= most:
            found.append(f"--{option} {value}: give 1 to {most}")
    if not 1 <= settings.connections <= MOST_USERS:
        found.append(f"--connections {settings.connections}: give 1 to {MOST_USERS:,}")
    limit = Client(settings.client).most_users(workers=1)
    if limit is not None and settings.connections > limit:
        found.append(f"--connections {settings.connections}: {settings.client} allows {limit}")
    return found


def slice_profile(settings: CrossCheckSettings) -> Profile:
    """A load that is one step and nothing else; the timeouts are those of published runs."""
    standard = PROFILES["standard"]
    return Profile(
        name="crosscheck",
        duration_s=float(settings.seconds),
        step_s=float(settings.seconds),
        settle_s=0.0,
        users=(settings.connections,),
        connect_timeout_s=standard.connect_timeout_s,
        request_timeout_s=standard.request_timeout_s,
    )


def middle(values: Sequence[float]) -> Middle:
    """The median with its interval, which assumes nothing of the values' distribution.

    The k-th smallest and the k-th largest of n values hold the median between them unless fewer
    than k of them lie on one side of it, which is a matter of n coins: David and Nagaraja, Order
    Statistics, 3rd edition, section 7.1. The greatest k that is sure enough is taken.

    Raises:
        statistics.StatisticsError: no values.
    """
    ordered, n = sorted(values), len(values)
    k = 0
    while 2 * sum(comb(n, i) for i in range(k + 1)) / 2**n <= 1 - CONFIDENCE:
        k += 1
    low, high = (ordered[k - 1], ordered[n - k]) if k else (None, None)
    return Middle(median=median(ordered), low=low, high=high)


def summary(check: ServiceCheck, connections: int) -> Summary:
    """A service's row; None where nothing was measured."""
    pairs = check.pairs
    ratios = [pair.lab.rps / pair.wrk.rps for pair in pairs if pair.wrk.rps]
    ratio = middle(ratios) if ratios else None
    idles = [pair.lab.idle for pair in pairs if pair.lab.idle is not None]
    counted = check.counted
    return Summary(
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


def _within(ratio: Middle | None) -> str | None:
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
    """wrk does not tell what was under way: at most one request on each connection."""
    return Agreement(
        answered=wrk.requests,
        under_way=connections + wrk.read_errors + wrk.write_errors,
        seen=seen.requests,
        sent_again=seen.segments - seen.requests,
    )


def _wrong(counted: Counted | None) -> int | None:
    return counted.wrk.wrong if counted else None
