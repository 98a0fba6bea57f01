"""Reads TOML as types with `labwire.toml`; its errors become a `UsageError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from labwire import toml
from orchestrator.errors import UsageError
from orchestrator.words import told

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """A file's tables.

    Raises:
        UsageError: it cannot be read, or is not TOML.
    """
    with refused():
        return toml.read_toml(path)


def typed(table: object, kind: type[T], path: Path, inside: str | None = None, **named: str) -> T:
    """A table as ``kind``; see ``labwire.toml.typed``.

    Raises:
        UsageError: with every problem.
    """
    with refused():
        return toml.typed(table, kind, path, inside, told, **named)


@contextmanager
def refused() -> Iterator[None]:
    """Raise the problems of a file as a `UsageError`."""
    try:
        yield
    except toml.FileError as error:
        raise UsageError(error.problems) from error
