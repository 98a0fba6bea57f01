"""Rules ``counts`` and ``errors`` for rows of tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.audit.rate import SAME_RATE
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.limits import TRIAL_FAILURES_MOST
from orchestrator.model.finding import Finding


def row_counts(row: ResultRow) -> Iterator[Finding]:
    """There cannot be more failures than requests, or more successes/s than requests/s.

    The first is only a doubt if the source may count failures separately from requests.
    """
    if row.requests is not None and row.failures is not None and row.failures > row.requests:
        kind = doubt if row.failures_apart else contradiction
        text = f"{shown(row.failures)} failures are more than {shown(row.requests)} requests."
        yield kind(row, "counts", row.failures, row.requests, text)
    answered = None if row.offered_rps is not None else row.rps
    if row.goodput_rps and answered is not None and row.goodput_rps > answered * (1 + SAME_RATE):
        text = (
            f"{shown(row.goodput_rps)} successes/s are more than the {shown(answered)} requests/s "
            "that were answered at all."
        )
        yield contradiction(row, "counts", row.goodput_rps, answered, text)


def errors(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """Rule ``errors``: most requests failed, so rate and latencies are mostly those of errors.

    From the same share on, the lab's own trials are limited by ``errors``. ``row_counts`` reports
    more failures than requests.
    """
    for row in rows:
        requests, failures = row.requests or 0, row.failures or 0
        if TRIAL_FAILURES_MOST * requests <= failures <= requests and failures > 0:
            text = (
                f"{shown(failures)} of {shown(requests)} requests failed, so the rate and the "
                "latencies are mostly those of errors."
            )
            yield doubt(row, "errors", failures, requests, text)
