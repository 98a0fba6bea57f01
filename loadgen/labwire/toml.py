"""Reads TOML as types. A message about a problem names the file and, where known, the line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from labwire import values

T = TypeVar("T")
LARGEST_FILE = 4 * 1024 * 1024
"""Bytes; far more than a file that people write by hand."""


class FileError(ValueError):
    """A file is wrong; `problems` lists everything that is wrong with it."""

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


def read_toml(path: Path) -> dict[str, Any]:
    """A file's tables. A byte order mark, which some editors write, is ignored.

    Raises:
        FileError: the file cannot be read, or is not TOML.
    """
    try:
        return tomllib.loads(_text(path))
    except FileError:
        raise
    except OSError as error:
        raise FileError(f"{path}: {error.strerror}") from error
    except RecursionError as error:
        raise FileError(f"{path}: its lists and tables are nested too deeply") from error
    except ValueError as error:  # not TOML, or not UTF-8
        raise FileError(f"{path}: {error}") from error


def typed(
    table: object,
    kind: type[T],
    path: Path,
    inside: str | None = None,
    said: Callable[[msgspec.ValidationError], str] = str,
    **named: str,
) -> T:
    """A table as `kind`. `named` are the members that its place gives; the table must not set them.

    Args:
        inside: the table's own name in the file, "" for the file as a whole; None if the table is
            not in a file, so that messages name no line.
        said: see `values.typed`.

    Raises:
        FileError: lists every problem: not a table, an unknown or missing key, a value that is not
            allowed.
    """
    if not isinstance(table, dict):
        raise FileError(f"{path}: {', '.join(named.values()) or kind.__name__} is not a table")
    own = {field.name for field in fields(kind)} - set(named)  # type: ignore[arg-type]

    def unknown(key: str, _: object) -> str:
        return f"unknown key {values.shown(key)}; known keys are {', '.join(sorted(own))}"

    twice = [(key, unknown(key, None)) for key in table if key in named]
    found, problems = values.typed({**table, **named}, kind, unknown, said)
    if problems or twice:
        raise FileError(_placed(twice + problems, path, inside))
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
        raise FileError(f"{path}: it is not a file")
    with path.open("rb") as file:
        content = file.read(LARGEST_FILE + 1)
    if len(content) > LARGEST_FILE:
        raise FileError(f"{path}: it has more than {LARGEST_FILE / 2**20:g} MiB")
    return content.decode("utf-8-sig").replace("\r\n", "\n")


def _lines(path: Path) -> dict[str, int]:
    """`table.key` -> the line that sets it, for keys and headings on lines of their own.

    Tables of a list have their number, from 1: `list 2.key`.
    """
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table = ""
    for number, text in enumerate(_text(path).split("\n"), 1):
        if head := re.match(r"\s*(\[+)\s*([\w.-]+)\s*\]", text):
            name = head[2]
            if head[1] == "[[":
                counts[name] = counts.get(name, 0) + 1
            table = f"{_numbered(name, counts)}."
            found.setdefault(table[:-1], number)  # a nested table is also a key of the outer one
        elif key := re.match(r"\s*([\w-]+)\s*=", text):
            found.setdefault(table + key[1], number)
    return found


def _numbered(name: str, counts: Mapping[str, int]) -> str:
    """A table's name with the number of the list's table that it is, or is part of."""
    for length in range(len(parts := name.split(".")), 0, -1):
        if (of_list := ".".join(parts[:length])) in counts:
            return ".".join([f"{of_list} {counts[of_list]}", *parts[length:]])
    return name
