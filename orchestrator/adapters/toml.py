"""TOML as types; whatever is wrong is told with the file's name."""

from __future__ import annotations

import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from orchestrator.errors import UsageError

T = TypeVar("T")


def read_toml(path: Path) -> dict[str, Any]:
    """A file's tables.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise UsageError(f"{path}: {error}") from error


def typed(table: object, kind: type[T], path: Path, **named: str) -> T:
    """A table as ``kind``; ``named`` is what its place says, so that the table must not.

    Raises:
        UsageError: no table, an unknown key, a missing one, or a value of another type.
    """
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {', '.join(named.values()) or kind.__name__} is no table")
    known = {field.name for field in fields(kind)} - set(named)  # type: ignore[arg-type]
    if unknown := sorted(set(table) - known):
        raise UsageError(f"{path}: unknown key {', '.join(unknown)}")
    try:
        return msgspec.convert({**table, **named}, kind)
    except msgspec.ValidationError as error:
        raise UsageError(f"{path}: {error}") from error
