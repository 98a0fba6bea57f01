"""Reads Locust's CSV files as rows of results, from 2019 (0.9 to 0.14) to today (2.47).

A file is recognized by its header, since people rename files. It is read like any other table, but
whole or not at all: nobody can know whether the total of a partial file is right. A column that
older versions of Locust do not have may be missing (``stats.py`` of each version). Locust writes
``N/A`` for a missing value.
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
    """The kinds of files that Locust writes."""

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
"""Titles that show a file's kind. The first match counts, since other kinds may have them, too."""
_TITLES = {"Type": "Method", "Timestamp": "Elapsed", "99.999": "99.999%"}
"""Titles under which the audit's reader knows these columns. A time stamp is seconds since 1970."""
_TOTALS = ("total", "aggregated")
_BEGIN = r'"[^"\n]*","[^"\n]*","'
_UNESCAPED = re.compile(rf'{_BEGIN}(?:(?!\n{_BEGIN}).)*?",(\d{{1,15}})(?:\n|\Z)', re.DOTALL)
"""A failure as Locust 0.12 to 0.14 write it: quotes within its text are not doubled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustHistory:
    """Locust's counts over time, for all names together.

    They start where Locust's statistics were last reset (``--reset-stats``, or in its web page).
    ``seconds``: from the first to the last line. ``requests`` and ``failures``: the count so far,
    at each line.
    """

    seconds: float
    requests: tuple[float, ...]
    failures: tuple[float, ...]


def kind(text: str) -> FileKind | None:
    """The kind of a Locust file, by its header; None if it is not a file of Locust."""
    first = text.lstrip().partition("\n")[0].lower()
    titles = {title.strip('" \r') for title in re.split("[,;\t]", first)}
    return next((name for name, needed in _KINDS if titles.issuperset(needed)), None)


def is_total(row: ResultRow) -> bool:
    """Whether the row is the total: named Total in 0.9, Aggregated from 0.12 on."""
    return row.name.lower() in _TOTALS and row.method.lower() in ("", "none")


def read_stats(text: str, where: str) -> tuple[ResultRow, ...]:
    """Read ``<name>_requests.csv`` of 2019, ``<name>_stats.csv`` of today, or the page's download.

    Raises:
        UsageError: another table, an incomplete line, or a cell that is not a number; names
            ``where``.
    """
    rows = _rows(text, where)
    for row in rows:
        if row.requests is None or row.failures is None:
            raise UsageError(f"{where}: {row.name}: the count of requests or failures is missing")
    return rows


def read_distribution(text: str, where: str) -> Mapping[str, ResultRow]:
    """Read ``<name>_distribution.csv`` of 2019: ``GET /path`` or ``Total`` -> its percentiles.

    Raises: as ``read_stats``.
    """
    return {"Total" if is_total(row) else row.name: row for row in _rows(text, where)}


def read_failures(text: str, where: str) -> int:
    """The sum of all occurrences in ``<name>_failures.csv``. Raises as ``read_stats``."""
    body = text.partition("\n")[2]
    if body and not _UNESCAPED.sub("", body):
        return sum(map(int, _UNESCAPED.findall(body)))
    table = csv_table(text, where)
    _refuse(table.unread, where)
    place = [title.lower() for title in table.header].index("occurrences")
    counts = [number(row[place], Dimension.COUNT) for row in table.rows]
    if any(not isinstance(one, Number) for one in counts):
        raise UsageError(f"{where}: in a line the number of occurrences is missing")
    return int(sum(one.value for one in counts if isinstance(one, Number)))


def read_history(text: str, where: str) -> LocustHistory:
    """Read ``<name>_stats_history.csv`` (from 0.13 on). Raises as ``read_stats``."""
    rows = [row for row in _rows(text, where) if is_total(row)]
    if not rows:
        raise UsageError(f"{where}: there is no line of the total")
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
