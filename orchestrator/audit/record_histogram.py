"""Rules ``counts`` and ``percentile-order``: compare a histogram with the numbers beside it."""

from __future__ import annotations

import zlib
from collections.abc import Iterator

from hdrh.codec import HdrCookieException, HdrLengthException
from hdrh.histogram import HdrHistogram

from orchestrator.audit.record_rows import label, open_label
from orchestrator.audit.row import ResultRow, contradiction, shown
from orchestrator.model.finding import Finding
from orchestrator.model.trial import OpenLoop, Totals, TrialRecord
from orchestrator.stats.histogram import merged, percentiles

SAME = 0.002
"""Allowed difference. Histograms have three significant digits: both readings are within 0.1 %."""
# Text that is not base64 raises a ValueError.
_BROKEN = (
    HdrCookieException,
    HdrLengthException,
    zlib.error,
    ValueError,
    IndexError,
    OverflowError,
)


def trial_histograms(trial: TrialRecord) -> Iterator[Finding]:
    """Check the histograms of the hold and of each rate of the open loop."""
    if trial.hold is not None and trial.histogram is not None:
        yield from _against(f"{label(trial)}, hold", trial.hold, trial.histogram)
    for row in trial.open_loop:
        yield from _against(open_label(trial, row), row, row.histogram)


def decoded(text: str) -> HdrHistogram | None:
    """The histogram; None if the text cannot be decoded."""
    try:
        return merged([text])
    except _BROKEN:
        return None


def _against(name: str, told: Totals | OpenLoop, text: str) -> Iterator[Finding]:
    row = ResultRow(name=name)
    histogram = decoded(text)
    if histogram is None:
        problem = "The histogram cannot be decoded as HdrHistogram V2."
        yield contradiction(row, "counts", text[:20], None, problem)
        return
    successes, counted = told.requests - told.failures, int(histogram.get_total_count())
    if counted != successes:
        problem = f"There are {successes:,} successes, but the histogram counts {counted:,}."
        yield contradiction(row, "counts", successes, counted, problem)
    held = percentiles(histogram)
    for field in ("median_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"):
        says, is_ = getattr(told, field), getattr(held, field)
        if not _same(says, is_):
            problem = f"{field} is {_ms(says)}, but the histogram gives {_ms(is_)}."
            yield contradiction(row, "percentile-order", says, is_, problem)


def _same(says: float | None, is_: float | None) -> bool:
    if says is None or is_ is None:
        return says == is_
    return abs(says - is_) <= SAME * is_


def _ms(number: float | None) -> str:
    return "missing" if number is None else f"{shown(number)} ms"
