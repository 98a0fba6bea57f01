"""The files that Locust wrote about one test: rows of results, and counts that disagree."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from orchestrator.audit.locust_csv import LocustHistory, is_total
from orchestrator.audit.row import ResultRow, contradiction, doubt, shown
from orchestrator.audit.total import of_its_parts
from orchestrator.model.finding import Finding, Read, Unread
from orchestrator.words import counted

LONGER, LONGER_S = 1.1, 3.0
"""A test may be longer than its history by this factor, and by these seconds: the history has one
line a second, so its first line may be late and its last line early."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustRun:
    """One test. ``file``: its ``_requests.csv`` or ``_stats.csv``.

    ``distribution`` belongs to the format of 2019, ``failures`` (the sum of all occurrences) and
    ``history`` to later ones; each is None if its file is missing or was not read. ``beside``:
    other files of the test that were read. ``unread``: files that were not read, and why.
    """

    name: str
    file: str
    entries: tuple[ResultRow, ...]
    of_2019: bool
    distribution: Mapping[str, ResultRow] | None = None
    failures: int | None = None
    history: LocustHistory | None = None
    beside: tuple[str, ...] = ()
    unread: tuple[Unread, ...] = ()

    def notes(self) -> Iterator[Read | Unread]:
        """Which of the test's files were read, and which were not."""
        yield Read(file=self.file, what=f"{counted(len(self.entries), 'row')} of Locust's")
        yield from (Read(file=file, what="Locust's counts") for file in self.beside)
        yield from self.unread


def entry_rows(run: LocustRun) -> tuple[ResultRow, ...]:
    """One row for each path that was requested, named after the test and the path."""
    return tuple(_row(run, entry) for entry in run.entries if not is_total(entry))


def total_row(run: LocustRun) -> ResultRow | None:
    """The row with the total; None if the test made no requests, or the file has no total."""
    total = next((entry for entry in run.entries if is_total(entry)), None)
    parts = [entry for entry in run.entries if not is_total(entry)]
    if total is None:
        total = parts[0] if len(parts) == 1 else None
    return None if total is None else _row(run, total)


def locust_counts(run: LocustRun) -> Iterator[Finding]:
    """Rules ``counts`` and ``rate``: compare the files of one test with each other."""
    total = total_row(run)
    if total is None:
        return
    if (parts := entry_rows(run)) and len(parts) < len(run.entries):
        yield from of_its_parts(replace(total, name="Total"), parts)
    yield from _distribution(run)
    if run.failures is not None and run.failures != total.failures:
        text = (
            f"The total is {shown(total.failures or 0)} failures, but the list of failures has "
            f"{run.failures:,}."
        )
        yield contradiction(total, "counts", total.failures, run.failures, text)
    if run.history is not None:
        yield from _history(total, run.history)


def _row(run: LocustRun, entry: ResultRow) -> ResultRow:
    spread = _spread(run, entry)
    parts = [one for one in run.entries if not is_total(one)]
    alone, total = len(parts) == 1, is_total(entry)
    path = parts[0].name if total and alone else None if total else entry.name
    twice = sum(one.name == path for one in parts) > 1
    return replace(
        entry,
        name=run.name if total or alone else f"{run.name} {_key(entry) if twice else path}",
        file=run.file,
        failures_apart=run.of_2019,
        percentiles={**entry.percentiles, **(spread.percentiles if spread else {})},
        path=path,
    )


def _key(entry: ResultRow) -> str:
    return "Total" if is_total(entry) else f"{entry.method} {entry.name}"


def _spread(run: LocustRun, entry: ResultRow) -> ResultRow | None:
    """The entry's line in the distribution's file, where a name without requests has no method."""
    known = run.distribution or {}
    return known.get(_key(entry)) or (None if entry.requests else known.get(entry.name))


def _distribution(run: LocustRun) -> Iterator[Finding]:
    for entry in run.entries if run.distribution is not None else ():
        row, key, other = _row(run, entry), _key(entry), _spread(run, entry)
        if other is None:
            text = f"{key} is missing in the distribution's file."
            yield contradiction(row, "counts", key, None, text)
        elif other.requests != row.requests:
            counts = f"{shown(row.requests or 0)} requests, but {shown(other.requests or 0)}"
            text = f"{key} has {counts} in the distribution's file."
            yield contradiction(row, "counts", row.requests, other.requests, text)


def _history(total: ResultRow, history: LocustHistory) -> Iterator[Finding]:
    for what in ("requests", "failures"):
        told, most = getattr(total, what), max(getattr(history, what))
        if told is not None and most > told:
            text = f"The total is {shown(told)} {what}, but the history counted {shown(most)}."
            yield contradiction(total, "counts", told, most, text)
    if not total.requests or not total.rps:
        return
    seconds = total.requests / total.rps
    if seconds > LONGER * history.seconds + LONGER_S:
        text = (
            f"{shown(total.requests)} requests at {shown(total.rps)} requests/s take "
            f"{seconds:.1f} s, but the history is {history.seconds:.1f} s long."
        )
        yield doubt(total, "rate", seconds, history.seconds, text)
