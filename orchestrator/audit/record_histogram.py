"""Rules ``counts`` and ``percentile-order`` for a histogram: the numbers beside it come from it."""

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
"""Three significant digits: what is read from it, and what was, are each within 0.1 %."""
# What is no base64 is a ValueError, too.
_BROKEN = (
    HdrCookieException,
    HdrLengthException,
    zlib.error,
    ValueError,
    IndexError,
    OverflowError,
)


def trial_histograms(trial: TrialRecord) -> Iterator[Finding]:
    """The hold's, and one of each rate of the open loop."""
    if trial.hold is not None and trial.histogram is not None:
        yield from _against(f"{label(trial)}, hold", trial.hold, trial.histogram)
    for row in trial.open_loop:
        yield from _against(open_label(trial, row), row, row.histogram)


def decoded(text: str) -> HdrHistogram | None:
    """The histogram; None where the text is none."""
    try:
        return merged([text])
    except _BROKEN:
        return None


def _against(name: str, told: Totals | OpenLoop, text: str) -> Iterator[Finding]:
    row = ResultRow(name=name)
    histogram = decoded(text)
    if histogram is None:
        problem = "the histogram cannot be decoded (HdrHistogram V2)."
        yield contradiction(row, "counts", text[:20], None, problem)
        return
    successes, counted = told.requests - told.failures, int(histogram.get_total_count())
    if counted != successes:
        problem = f"{successes:,} successes, but the histogram has {counted:,}."
        yield contradiction(row, "counts", successes, counted, problem)
    held = percentiles(histogram)
    for field in ("median_ms", "p90_ms", "p99_ms", "p999_ms", "max_ms"):
        says, is_ = getattr(told, field), getattr(held, field)
        if not _same(says, is_):
            problem = f"{field} is {_ms(says)}, but the histogram has {_ms(is_)}."
            yield contradiction(row, "percentile-order", says, is_, problem)


def _same(says: float | None, is_: float | None) -> bool:
    if says is None or is_ is None:
        return says == is_
    return abs(says - is_) <= SAME * is_


def _ms(number: float | None) -> str:
    return "missing" if number is None else f"{shown(number)} ms"
