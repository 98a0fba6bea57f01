"""Locust's CSV files as text -> numbers: those of 2019 (0.9 to 0.14) and those of today (2.47).

Columns of 2019 as in the article's own files; of today as in ``StatsCSV`` of Locust's ``stats.py``.
A column that Locust did not always have may be missing; ``N/A`` is what it writes for none.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.audit.csv_table import csv_rows
from orchestrator.errors import UsageError

_TOTALS = ("total", "aggregated")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustEntry:
    """One name that was asked for, or the total of all. Latencies in ms; body: bytes on average."""

    method: str
    name: str
    requests: int
    failures: int
    min_ms: float | None
    mean_ms: float | None
    max_ms: float | None
    body_bytes: float | None
    rps: float | None
    percentiles: Mapping[float, float]

    @property
    def is_total(self) -> bool:
        """Whether it adds up the others."""
        return self.name.lower() in _TOTALS and self.method.lower() in ("", "none")


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustHistory:
    """Locust's counts over time, all names together: seconds from the first to the last line, the
    requests and failures counted at each, the most users."""

    seconds: float
    requests: tuple[int, ...]
    failures: tuple[int, ...]
    users: int


def read_stats(text: str, where: str) -> tuple[LocustEntry, ...]:
    """``<name>_requests.csv`` of 2019 or ``<name>_stats.csv`` of today.

    Raises:
        UsageError: another table, or a cell that is no number; names ``where``.
    """
    return tuple(
        LocustEntry(
            method=row.word("Type", "Method"),
            name=row.word("Name"),
            requests=row.count("Request Count", "# requests"),
            failures=row.count("Failure Count", "# failures"),
            min_ms=row.number("Min Response Time", "Min response time"),
            mean_ms=row.number("Average Response Time", "Average response time"),
            max_ms=row.number("Max Response Time", "Max response time"),
            body_bytes=row.number("Average Content Size"),
            rps=row.number("Requests/s"),
            percentiles=row.percentiles()
            or row.as_percentile(50.0, "Median Response Time", "Median response time"),
        )
        for row in _rows(text, where)
    )


def read_distribution(text: str, where: str) -> dict[str, tuple[int, Mapping[float, float]]]:
    """``<name>_distribution.csv`` of 2019: requests and percentiles by ``GET /path`` or ``Total``.

    Raises: as ``read_stats``.
    """
    return {
        row.word("Name"): (row.count("# requests"), row.percentiles()) for row in _rows(text, where)
    }


def read_failures(text: str, where: str) -> int:
    """``<name>_failures.csv`` of today: all occurrences together. Raises as ``read_stats``."""
    return sum(row.count("Occurrences") for row in _rows(text, where))


def read_history(text: str, where: str) -> LocustHistory:
    """``<name>_stats_history.csv`` of today. Raises as ``read_stats``."""
    rows = [row for row in _rows(text, where) if row.word("Name").lower() in _TOTALS]
    times = [row.count("Timestamp") for row in rows]
    return LocustHistory(
        seconds=float(times[-1] - times[0]) if times else 0.0,
        requests=tuple(row.count("Total Request Count") for row in rows),
        failures=tuple(row.count("Total Failure Count") for row in rows),
        users=max((row.count("User Count") for row in rows), default=0),
    )


class _Row:
    """One line, its cells by the name of their column."""

    def __init__(self, cells: Mapping[str, str], where: str) -> None:
        self._cells = cells
        self._where = where

    def word(self, *names: str) -> str:
        self._need(names)
        return next(self._cells[name].strip() for name in names if name in self._cells)

    def number(self, *names: str) -> float | None:
        name = next((name for name in names if name in self._cells), None)
        if name is None or self._cells[name].strip() in ("", "N/A"):
            return None
        try:
            return float(self._cells[name])
        except ValueError:
            raise UsageError(
                f"{self._where}: {name} is {self._cells[name]!r}, not a number"
            ) from None

    def count(self, *names: str) -> int:
        self._need(names)
        found = self.number(*names)
        if found is None or not math.isfinite(found):
            raise UsageError(f"{self._where}: {' or '.join(names)} has no number")
        return int(found)

    def percentiles(self) -> dict[float, float]:
        found = {
            float(match[1]): self.number(name)
            for name in self._cells
            if (match := _PERCENT.fullmatch(name))
        }
        return {percent: ms for percent, ms in found.items() if ms is not None}

    def as_percentile(self, percent: float, *names: str) -> dict[float, float]:
        ms = self.number(*names)
        return {} if ms is None else {percent: ms}

    def _need(self, names: tuple[str, ...]) -> None:
        if not any(name in self._cells for name in names):
            raise UsageError(f"{self._where}: not Locust's: it has no column {' or '.join(names)}")


def _rows(text: str, where: str) -> list[_Row]:
    header, rows = csv_rows(text, where)
    return [
        _Row(dict(zip(header, row, strict=True)), f"{where}: row {number}")
        for number, row in enumerate(rows, 1)
    ]
