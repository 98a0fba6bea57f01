"""Rule ``counts`` for rows of tables: what is counted twice has to agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.audit.rate import SAME_RATE
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.limits import TRIAL_FAILURES_MOST
from orchestrator.model.finding import Finding


def row_counts(row: ResultRow) -> Iterator[Finding]:
    """Failures are no more than requests, successes/s no more than requests/s.

    Where a source may count its failures apart from its requests the first is only a doubt.
    """
    if row.requests is not None and row.failures is not None and row.failures > row.requests:
        kind = doubt if row.failures_apart else contradiction
        text = f"{shown(row.failures)} requests failed of {shown(row.requests)}."
        yield kind(row, "counts", row.failures, row.requests, text)
    answered = None if row.offered_rps is not None else row.rps
    if row.goodput_rps and answered is not None and row.goodput_rps > answered * (1 + SAME_RATE):
        text = (
            f"{shown(row.goodput_rps)} successes/s are more than the {shown(answered)} requests/s "
            "that were answered at all."
        )
        yield contradiction(row, "counts", row.goodput_rps, answered, text)


def errors(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """Rule ``errors``: a rate and latencies that are those of errors for the greater part. From the
    same share on this lab's own rows are limited by ``errors``.

    More failures than requests are ``row_counts``'s.
    """
    for row in rows:
        requests, failures = row.requests or 0, row.failures or 0
        if TRIAL_FAILURES_MOST * requests <= failures <= requests and failures > 0:
            text = (
                f"{shown(failures)} of {shown(requests)} requests failed: the rate and the "
                "latencies are those of errors."
            )
            yield doubt(row, "errors", failures, requests, text)
