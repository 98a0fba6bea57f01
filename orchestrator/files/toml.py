"""TOML as types; whatever is wrong is told with the file's name, and its line where it has one."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

from orchestrator import values
from orchestrator.errors import UsageError

T = TypeVar("T")
LARGEST_FILE = 4 * 1024 * 1024
"""Bytes; people write these files by hand."""


def read_toml(path: Path) -> dict[str, Any]:
    """A file's tables; a byte order mark, which some editors write, is no part of them.

    Raises:
        UsageError: it cannot be read, or is no TOML.
    """
    try:
        return tomllib.loads(_text(path))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from error
    except RecursionError as error:
        raise UsageError(f"{path}: its lists and tables are nested too deep") from error
    except ValueError as error:  # no TOML, or no UTF-8
        raise UsageError(f"{path}: {error}") from error


def typed(table: object, kind: type[T], path: Path, inside: str | None = None, **named: str) -> T:
    """A table as ``kind``; ``named`` is what its place says, so that the table must not.

    Args:
        inside: the table's own name in the file, "" for the file as a whole; None where it stands
            elsewhere, so that its lines are not looked for.

    Raises:
        UsageError: with every problem: no table, an unknown key, a missing one, a value that is
            not allowed.
    """
    if not isinstance(table, dict):
        raise UsageError(f"{path}: {', '.join(named.values()) or kind.__name__} is no table")
    own = {field.name for field in fields(kind)} - set(named)  # type: ignore[arg-type]

    def unknown(key: str, _: object) -> str:
        return f"unknown key {values.shown(key)}; known keys are {', '.join(sorted(own))}"

    twice = [(key, unknown(key, None)) for key in table if key in named]
    found, problems = values.typed({**table, **named}, kind, unknown)
    if problems or twice:
        raise UsageError(_placed(twice + problems, path, inside))
    assert found is not None  # noqa: S101 - there are no problems
    return found


def _placed(problems: list[tuple[str, str]], path: Path, inside: str | None) -> list[str]:
    lines = {} if inside is None else _lines(path)
    prefix = f"{inside}." if inside else ""
    told = []
    for key, text in problems:
        at = lines.get(prefix + re.split(r"[.\[]", key, maxsplit=1)[0])
        told.append(f"{path}{f':{at}' if at else ''}: {f'[{inside}] ' if inside else ''}{text}")
    return told


def _text(path: Path) -> str:
    if path.exists() and not path.is_file():
        raise UsageError(f"{path}: it is no file")
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise UsageError(f"{path}: it has more than {LARGEST_FILE / 2**20:g} MiB")
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _lines(path: Path) -> dict[str, int]:
    """``table.key`` -> the line on which it is set, as far as simple lines tell."""
    found: dict[str, int] = {}
    table = ""
    for number, text in enumerate(_text(path).split("\n"), 1):
        if head := re.match(r"\s*\[+\s*([\w.-]+)\s*\]", text):
            table = f"{head[1]}."
        elif key := re.match(r"\s*([\w-]+)\s*=", text):
            found.setdefault(table + key[1], number)
    return found
