"""The file of a history: a line of JSON for each run, in order of time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from orchestrator.codec import MOST_BYTES, decoded, readable
from orchestrator.errors import UsageError
from orchestrator.files.atomic import read, write_atomically, writing

FILE = "history.jsonl"
R = TypeVar("R")


def read_lines(path: Path, kind: type[R], called: str) -> list[tuple[int, R]]:
    """The values in a file with a line of JSON for each, with their line numbers from 1.

    A file that does not exist is empty, and so is a line without text.

    Args:
        called: name of such a value, for messages.

    Raises:
        UsageError: the file cannot be read; or lines are broken, with the number of each.
    """
    if not path.exists():
        return []
    found, problems = list[tuple[int, R]](), list[str]()
    for number, text in enumerate(read(path, MOST_BYTES).splitlines(), start=1):
        if text.strip():
            try:
                found.append((number, decoded(text, kind, f"{path}, line {number}", called)))
            except UsageError as error:
                problems += error.problems
    if problems:
        raise UsageError(problems)
    return found


def write_lines(path: Path, values: Sequence[object]) -> bool:
    """Replace the file atomically; whether that changed anything.

    Raises:
        EnvironmentMissing: it cannot be written; the old content is still there.
    """
    lines = [msgspec.json.encode(readable(value)) for value in values]
    content = b"".join(line + b"\n" for line in lines)
    if path.exists() and path.read_bytes() == content:
        return False
    write_atomically(path, content)
    return True


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other programs of the lab from changing the file, until the block ends.

    The lock is on the folder, since the file itself is replaced. The system drops it when the
    program ends.

    Raises:
        EnvironmentMissing: there is no such folder, and it cannot be made.
    """
    with writing(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)
