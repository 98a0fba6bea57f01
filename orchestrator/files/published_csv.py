"""The CSV tables of a publication, with the columns as they were printed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from orchestrator.errors import UsageError
from orchestrator.files.atomic import read
from orchestrator.model.published import PublishedPerks, PublishedRow
from orchestrator.words import finite, is_line

R = TypeVar("R")
N = TypeVar("N", int, float)
Cells = Mapping[str, str]
Services = Mapping[str, str]
"""A framework's name in the tables -> its service."""

MOST_BYTES = 2**20
FRAMEWORK = "Framework"
ROWS = (
    FRAMEWORK,
    "Total Request",
    "Request Per Second",
    "Median Response Time (ms)",
    "Failed Requests",
)
PERKS = (
    FRAMEWORK,
    "WSGI support",
    "Github stars",
    "Pypi packages",
    "Support async",
    "Size of maintainer team",
)


def read_rows(path: Path, services: Services) -> tuple[PublishedRow, ...]:
    """A table of results.

    Raises:
        UsageError: with everything that is wrong in the file, by line.
    """

    def row(cells: Cells) -> PublishedRow:
        return PublishedRow(
            service=_service(cells, services),
            name=cells[FRAMEWORK],
            requests=_number(cells, "Total Request", int),
            rps=_number(cells, "Request Per Second", float),
            median_ms=_number(cells, "Median Response Time (ms)", float),
            failures=_number(cells, "Failed Requests", int),
        )

    return _read(path, ROWS, row)


def read_perks(path: Path, services: Services) -> tuple[PublishedPerks, ...]:
    """The table of facts that a benchmark does not measure, such as stars and maintainers.

    Raises:
        UsageError: with everything that is wrong in the file, by line.
    """

    def row(cells: Cells) -> PublishedPerks:
        return PublishedPerks(
            service=_service(cells, services),
            name=cells[FRAMEWORK],
            wsgi=cells["WSGI support"],
            stars=_number(cells, "Github stars", int),
            packages=cells["Pypi packages"],
            async_support=cells["Support async"],
            maintainers=_number(cells, "Size of maintainer team", int),
        )

    return _read(path, PERKS, row)


def _read(path: Path, columns: Sequence[str], row: Callable[[Cells], R]) -> tuple[R, ...]:
    """Convert each line with ``row``, whose ValueError says what is wrong with the line."""
    try:
        lines = read(path, MOST_BYTES).decode().splitlines()
        header, *rows = list(csv.reader(lines)) or [[]]
    except (ValueError, csv.Error) as error:
        raise UsageError(f"{path}: {error}") from error
    if header != list(columns):
        raise UsageError(f"{path}: its columns are not {', '.join(columns)}")
    found, problems = [], []
    for line, cells in enumerate(rows, 2):
        try:
            if len(cells) != len(columns):
                raise ValueError(f"{len(cells)} cells, not {len(columns)}")
            if not all(map(is_line, cells)):
                raise ValueError("a cell is not one line of text without control characters")
            found.append(row(dict(zip(columns, cells, strict=True))))
        except ValueError as error:
            problems.append(f"{path}: line {line}: {error}")
    if problems:
        raise UsageError(problems)
    return tuple(found)


def _service(cells: Cells, services: Services) -> str:
    name = cells[FRAMEWORK]
    if name not in services:
        raise ValueError(f"article.toml does not say which service {name!r} is")
    return services[name]


def _number(cells: Cells, column: str, kind: Callable[[str], N]) -> N:
    try:
        number = kind(cells[column])
    except ValueError:
        number = None
    if number is None or not finite(number):
        raise ValueError(f"{column} is {cells[column][:100]!r}, no number")
    return number
