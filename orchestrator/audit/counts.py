"""Rule ``counts`` for rows of tables: what is counted twice has to agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding

SAME_RATE = 0.02
"""As in ``rate.py``: rounding, and two clocks that stop at different moments."""


def row_counts(row: ResultRow) -> Iterator[Finding]:
    """Failures are no more than requests, successes/s no more than requests/s.

    Where a source may count its failures apart from its requests the first is only a doubt.
    """
    if row.requests is not None and row.failures is not None and row.failures > row.requests:
        kind = doubt if row.failures_apart else contradiction
        yield kind(
            row,
            "counts",
            row.failures,
            row.requests,
            f"{shown(row.failures)} requests failed of {shown(row.requests)}.",
        )
    if row.goodput_rps is None or row.rps is None or row.offered_rps is not None:
        return
    if row.goodput_rps > row.rps * (1 + SAME_RATE):
        yield contradiction(
            row,
            "counts",
            row.goodput_rps,
            row.rps,
            f"{shown(row.goodput_rps)} successes/s are more than the {shown(row.rps)} requests/s "
            "that were answered at all.",
        )


def sums(rows: Sequence[ResultRow]) -> Iterator[Finding]:
    """A row that is named Total or Aggregated is the sum of the others, to the last request."""
    totals = [row for row in rows if row.is_sum]
    parts = [row for row in rows if not row.is_sum]
    if len(totals) != 1 or not parts:
        return
    for what, total, numbers in (
        ("requests", totals[0].requests, [row.requests for row in parts]),
        ("failures", totals[0].failures, [row.failures for row in parts]),
    ):
        if total is None or any(number is None for number in numbers):
            continue
        added = sum(number for number in numbers if number is not None)
        if added != total:
            yield contradiction(
                totals[0],
                "counts",
                total,
                added,
                f"{totals[0].name} has {shown(total)} {what}, its parts have {shown(added)}.",
            )
