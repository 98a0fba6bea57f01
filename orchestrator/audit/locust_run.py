"""What Locust wrote of one test, its files together: rows of results, and counts that disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from orchestrator.audit.counts import sums
from orchestrator.audit.locust_csv import LocustEntry, LocustHistory
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.model.finding import Finding

LONGER, LONGER_S = 1.1, 3.0
"""Locust's history has a line a second, the first and the last up to that much off."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustRun:
    """One test. ``file``: its ``_requests.csv`` or ``_stats.csv``; ``others``: beside it.

    ``distribution`` is of 2019's format, ``failures`` (all occurrences) and ``history`` of today's;
    None where the file is not there.
    """

    name: str
    file: str
    entries: tuple[LocustEntry, ...]
    of_2019: bool
    distribution: Mapping[str, tuple[int, Mapping[float, float]]] | None = None
    failures: int | None = None
    history: LocustHistory | None = None


def entry_rows(run: LocustRun) -> tuple[ResultRow, ...]:
    """A row for each path that was asked for; the test's name stands before the path."""
    return tuple(_row(run, entry) for entry in run.entries if not entry.is_total)


def total_row(run: LocustRun) -> ResultRow | None:
    """The row of all together; None where the test asked for nothing."""
    total = next((entry for entry in run.entries if entry.is_total), None)
    parts = [entry for entry in run.entries if not entry.is_total]
    if total is None:
        total = parts[0] if len(parts) == 1 else None
    return None if total is None else _row(run, total)


def locust_counts(run: LocustRun) -> Iterator[Finding]:
    """Rule ``counts`` (and ``rate`` over the history) among the files of one test."""
    total = total_row(run)
    if total is None:
        return
    yield from sums(
        [
            *(_row(run, entry) for entry in run.entries if not entry.is_total),
            *(_row(run, entry, "Total") for entry in run.entries if entry.is_total),
        ]
    )
    yield from _distribution(run)
    if run.failures is not None and run.failures != total.failures:
        yield contradiction(
            total,
            "counts",
            total.failures,
            run.failures,
            f"{shown(total.failures or 0)} failures here, {run.failures:,} in their list.",
        )
    if run.history is not None:
        yield from _history(total, run.history)


def _row(run: LocustRun, entry: LocustEntry, name: str | None = None) -> ResultRow:
    percentiles = dict(entry.percentiles)
    if run.distribution is not None:
        key = "Total" if entry.is_total else f"{entry.method} {entry.name}"
        percentiles |= run.distribution.get(key, (0, {}))[1]
    parts = [one for one in run.entries if not one.is_total]
    path = entry.name if not entry.is_total else parts[0].name if len(parts) == 1 else None
    return ResultRow(
        name=name or (run.name if entry.is_total or len(parts) == 1 else f"{run.name} {path}"),
        file=run.file,
        requests=entry.requests,
        failures=entry.failures,
        failures_apart=run.of_2019,
        rps=entry.rps,
        min_ms=entry.min_ms,
        mean_ms=entry.mean_ms,
        max_ms=entry.max_ms,
        percentiles=percentiles,
        rounded=True,
        path=path,
        body_bytes=entry.body_bytes,
    )


def _distribution(run: LocustRun) -> Iterator[Finding]:
    for entry in run.entries if run.distribution is not None else ():
        key = "Total" if entry.is_total else f"{entry.method} {entry.name}"
        other = (run.distribution or {}).get(key)
        if other is None:
            yield contradiction(
                _row(run, entry), "counts", key, None, f"{key} is not in the distribution's file."
            )
        elif other[0] != entry.requests:
            yield contradiction(
                _row(run, entry),
                "counts",
                entry.requests,
                other[0],
                f"{key} has {entry.requests:,} requests here and {other[0]:,} in the "
                "distribution's file.",
            )


def _history(total: ResultRow, history: LocustHistory) -> Iterator[Finding]:
    for what, told, counted in (
        ("requests", total.requests or 0, history.requests),
        ("failures", total.failures or 0, history.failures),
    ):
        if counted and max(counted) > told:
            yield contradiction(
                total,
                "counts",
                told,
                max(counted),
                f"{shown(told)} {what} in all, but the history had counted {max(counted):,}.",
            )
    if not total.requests or not total.rps:
        return
    seconds = total.requests / total.rps
    if seconds > LONGER * history.seconds + LONGER_S:
        yield doubt(
            total,
            "rate",
            seconds,
            history.seconds,
            f"{shown(total.requests)} requests at {shown(total.rps)} requests/s take "
            f"{seconds:.1f} s, but the history is {history.seconds:.1f} s long.",
        )
