"""Locust's CSV files as text -> numbers: of 2019 (0.9 to 0.14) to today's (2.47).

A file is known by its header, since people give it any name. Titles are compared in lower case,
since those of 0.9 to 0.14 differ in it (``stats.py`` of each version). A column that Locust did not
always have may be missing; ``N/A`` is what it writes for none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from orchestrator.audit.cells import Decimal, Number, Quantity, decimal_mark, number
from orchestrator.audit.csv_table import csv_rows
from orchestrator.errors import CutOff, UsageError

Kind = Literal["stats", "distribution", "failures", "history", "exceptions"]
_COUNT, _FAILED = ("request count", "# requests"), ("failure count", "# failures")
_TITLES: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    ("history", ("timestamp", "name", "requests/s")),
    *(("stats", (how, "name", count)) for how in ("type", "method") for count in _COUNT),
    ("distribution", ("name", "# requests", "50%", "100%")),
    ("failures", ("method", "name", "error", "occurrences")),
    ("exceptions", ("count", "message", "traceback")),
)
"""Titles that a file of this kind has together; the first that fits, since others may have more."""
_TOTALS = ("total", "aggregated")
_PERCENT = re.compile(r"(\d+(?:\.\d+)?)%?")  # 0.13 and 0.14 have 99.999 without a sign
_UNESCAPED = re.compile(r'"[^"]*","[^"]*",".*?",(\d+)(?:\n|\Z)', re.DOTALL)
"""A failure as 0.12 to 0.14 write it: quotes within its text are not doubled."""


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
        return is_total(self.method, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class LocustHistory:
    """Locust's counts over time, all names together, since its statistics began anew for the last
    time (``--reset-stats``, or a person in its page): seconds from the first to the last line, the
    requests and failures counted at each."""

    seconds: float
    requests: tuple[int, ...]
    failures: tuple[int, ...]


def kind(text: str) -> Kind | None:
    """Which of Locust's files it is, by its header; None where it is none."""
    first = text.lstrip().partition("\n")[0].lower()
    titles = {title.strip('" \r') for title in re.split("[,;\t]", first)}
    return next((name for name, needed in _TITLES if titles.issuperset(needed)), None)


def is_total(method: str, name: str) -> bool:
    """Whether it is the total of all: Total in 0.9, Aggregated from 0.12 on."""
    return name.strip().lower() in _TOTALS and method.strip().lower() in ("", "none")


def read_stats(text: str, where: str) -> tuple[LocustEntry, ...]:
    """``<name>_requests.csv`` of 2019 or ``<name>_stats.csv`` of today, or the page's download.

    Raises:
        UsageError: another table, a line that is not whole, or a cell that is no number; names
            ``where``.
    """
    return tuple(
        LocustEntry(
            method=row.word("type", "method"),
            name=row.word("name"),
            requests=row.count(*_COUNT),
            failures=row.count(*_FAILED),
            min_ms=row.number("time", "min response time"),
            mean_ms=row.number("time", "average response time"),
            max_ms=row.number("time", "max response time"),
            body_bytes=row.number("size", "average content size"),
            rps=row.number("rate", "requests/s"),
            percentiles=row.percentiles() or row.median(),
        )
        for row in _rows(text, where)
    )


def read_distribution(text: str, where: str) -> dict[str, tuple[int, Mapping[float, float]]]:
    """``<name>_distribution.csv`` of 2019: requests and percentiles by ``GET /path`` or ``Total``.

    Raises: as ``read_stats``.
    """
    rows = [(row.word("name"), row) for row in _rows(text, where)]
    return {
        "Total" if is_total("", name) else name: (row.count(*_COUNT), row.percentiles())
        for name, row in rows
    }


def read_failures(text: str, where: str) -> int:
    """``<name>_failures.csv``: all occurrences together. Raises as ``read_stats``."""
    body = text.partition("\n")[2].replace("\r", "")
    if body and not _UNESCAPED.sub("", body):
        return sum(int(found) for found in _UNESCAPED.findall(body))
    return sum(row.count("occurrences") for row in _rows(text, where))


def read_history(text: str, where: str) -> LocustHistory:
    """``<name>_stats_history.csv``, from 0.13 on. Raises as ``read_stats``."""
    rows = [row for row in _rows(text, where) if row.word("name").lower() in _TOTALS]
    if not rows:
        raise UsageError(f"{where}: it has no line of the total")
    requests = [row.count("total request count", *_COUNT) for row in rows]
    failures = [row.count("total failure count", *_FAILED) for row in rows]
    times = [row.count("timestamp") for row in rows]
    begin = max((i for i in range(1, len(rows)) if requests[i] < requests[i - 1]), default=0)
    return LocustHistory(
        seconds=float(times[-1] - times[begin]),
        requests=tuple(requests[begin:]),
        failures=tuple(failures[begin:]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line, its cells by the title of their column in lower case."""

    cells: Mapping[str, str]
    decimal: Decimal
    where: str

    def word(self, *titles: str) -> str:
        return self.cells[self._title(titles)].strip()

    def number(self, quantity: Quantity, title: str) -> float | None:
        found = number(self.cells.get(title, ""), quantity, self.decimal)
        if isinstance(found, str):
            raise UsageError(f"{self.where}: {title} is {self.cells[title]!r}: {found}")
        return found.value if isinstance(found, Number) else None

    def count(self, *titles: str) -> int:
        title = self._title(titles)
        found = self.number("count", title)
        if found is None:
            raise UsageError(f"{self.where}: {title} has no number")
        return int(found)

    def percentiles(self) -> dict[float, float]:
        percents = {title: match for title in self.cells if (match := _PERCENT.fullmatch(title))}
        found = {float(match[1]): self.number("time", title) for title, match in percents.items()}
        return {percent: ms for percent, ms in found.items() if ms is not None}

    def median(self) -> dict[float, float]:
        ms = self.number("time", "median response time")
        return {} if ms is None else {50.0: ms}

    def _title(self, titles: tuple[str, ...]) -> str:
        for title in titles:
            if title in self.cells:
                return title
        raise UsageError(f"{self.where}: not Locust's: it has no column {' or '.join(titles)}")


def _rows(text: str, where: str) -> Iterator[_Row]:
    """Its lines. All of them: of a part nobody knows whether the total is right."""
    found = csv_rows(text, where, lambda _: True)
    for wrong in found.unread:
        kind_ = CutOff if wrong.cut_off else UsageError
        raise kind_(f"{where}: {wrong.where}: {wrong.reason}")
    titles = [title.strip().lower() for title in found.header]
    cells: Iterator[tuple[str, Quantity]] = ((c, "time") for row in found.rows for c in row)
    decimal = decimal_mark(cells, found.decimal)
    for place, row in enumerate(found.rows, 1):
        yield _Row(
            cells=dict(zip(titles, row, strict=True)),
            decimal=decimal,
            where=f"{where}: row {place}",
        )
