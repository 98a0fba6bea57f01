"""Locust's CSV files as rows of results: of 2019 (0.9 to 0.14) to today's (2.47).

A file is known by its header, since people give it any name, and read as any other table; but all
of it or nothing: of a part nobody knows whether the total is right. A column that Locust did not
always have may be missing (``stats.py`` of each version); ``N/A`` is what it writes for none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from orchestrator.audit.cells import Dimension, Number, number
from orchestrator.audit.csv_table import csv_table
from orchestrator.audit.row import ResultRow
from orchestrator.audit.tables import results
from orchestrator.errors import CutOff, UsageError
from orchestrator.model.finding import Unread


class FileKind(StrEnum):
    """Which of Locust's files one is."""

    STATS = "stats"
    DISTRIBUTION = "distribution"
    FAILURES = "failures"
    HISTORY = "history"
    EXCEPTIONS = "exceptions"


_KINDS: tuple[tuple[FileKind, tuple[str, ...]], ...] = (
    (FileKind.HISTORY, ("timestamp", "name", "requests/s")),
    (FileKind.STATS, ("type", "name", "request count")),
    (FileKind.STATS, ("type", "name", "# requests")),
    (FileKind.STATS, ("method", "name", "# requests")),
    (FileKind.DISTRIBUTION, ("name", "# requests", "50%", "100%")),
    (FileKind.FAILURES, ("method", "name", "error", "occurrences")),
    (FileKind.EXCEPTIONS, ("count", "message", "traceback")),
)
"""Titles that a file of this kind has together; the first that fits, since others may have more."""
_TITLES = {"Type": "Method", "Timestamp": "Elapsed", "99.999": "99.999%"}
"""What the audit's own reader calls them. A time stamp is seconds since 1970."""
_TOTALS = ("total", "aggregated")
_BEGIN = r'"[^"\n]*","[^"\n]*","'
_UNESCAPED = re.compile(rf'{_BEGIN}(?:(?!\n{_BEGIN}).)*?",(\d{{1,15}})(?:\n|\Z)', re.DOTALL)
"""A failure as 0.12 to 0.14 write it: quotes within its text are not doubled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustHistory:
    """Locust's counts over time, all names together, since its statistics began anew for the last
    time (``--reset-stats``, or a person in its page): seconds from the first to the last line, the
    requests and failures counted at each."""

    seconds: float
    requests: tuple[float, ...]
    failures: tuple[float, ...]


def kind(text: str) -> FileKind | None:
    """Which of Locust's files it is, by its header; None where it is none."""
    first = text.lstrip().partition("\n")[0].lower()
    titles = {title.strip('" \r') for title in re.split("[,;\t]", first)}
    return next((name for name, needed in _KINDS if titles.issuperset(needed)), None)


def is_total(row: ResultRow) -> bool:
    """Whether it is the total of all: Total in 0.9, Aggregated from 0.12 on."""
    return row.name.lower() in _TOTALS and row.method.lower() in ("", "none")


def read_stats(text: str, where: str) -> tuple[ResultRow, ...]:
    """``<name>_requests.csv`` of 2019 or ``<name>_stats.csv`` of today, or the page's download.

    Raises:
        UsageError: another table, a line that is not whole, or a cell that is no number; names
            ``where``.
    """
    rows = _rows(text, where)
    for row in rows:
        if row.requests is None or row.failures is None:
            raise UsageError(f"{where}: {row.name}: there is no number of requests or of failures")
    return rows


def read_distribution(text: str, where: str) -> Mapping[str, ResultRow]:
    """``<name>_distribution.csv`` of 2019: requests and percentiles by ``GET /path`` or ``Total``.

    Raises: as ``read_stats``.
    """
    return {"Total" if is_total(row) else row.name: row for row in _rows(text, where)}


def read_failures(text: str, where: str) -> int:
    """``<name>_failures.csv``: all occurrences together. Raises as ``read_stats``."""
    body = text.partition("\n")[2]
    if body and not _UNESCAPED.sub("", body):
        return sum(map(int, _UNESCAPED.findall(body)))
    table = csv_table(text, where)
    _refuse(table.unread, where)
    place = [title.lower() for title in table.header].index("occurrences")
    counts = [number(row[place], Dimension.COUNT) for row in table.rows]
    if any(not isinstance(one, Number) for one in counts):
        raise UsageError(f"{where}: a line has no number of occurrences")
    return int(sum(one.value for one in counts if isinstance(one, Number)))


def read_history(text: str, where: str) -> LocustHistory:
    """``<name>_stats_history.csv``, from 0.13 on. Raises as ``read_stats``."""
    rows = [row for row in _rows(text, where) if is_total(row)]
    if not rows:
        raise UsageError(f"{where}: it has no line of the total")
    times = [row.duration_s or 0.0 for row in rows]
    requests = [row.requests or 0.0 for row in rows]
    begin = max((i for i in range(1, len(rows)) if requests[i] < requests[i - 1]), default=0)
    return LocustHistory(
        seconds=times[-1] - times[begin],
        requests=tuple(requests[begin:]),
        failures=tuple(row.failures or 0.0 for row in rows[begin:]),
    )


def _rows(text: str, where: str) -> tuple[ResultRow, ...]:
    table = csv_table(text, where)
    found = results(replace(table, header=tuple(_TITLES.get(one, one) for one in table.header)))
    _refuse(found.unread, where)
    rows = [row for rows in found.sets for row in rows]
    if len(rows) != len(table.rows):
        raise UsageError(f"{where}: {len(table.rows) - len(rows)} rows have no number")
    return tuple(replace(row, rounded=True, known_unit=True) for row in rows)


def _refuse(unread: Sequence[Unread], where: str) -> None:
    for wrong in unread[:1]:
        what = f" is {wrong.what!r}" if wrong.what else ""
        error = CutOff if wrong.cut_off else UsageError
        raise error(f"{where}: {wrong.where}{what}: {wrong.reason}")
