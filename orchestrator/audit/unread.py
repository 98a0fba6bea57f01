"""Lines that tell people what was not read and why, one for each reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeVar

from orchestrator.errors import CutOff, UsageError
from orchestrator.model.finding import Note, Unread

T = TypeVar("T")
NAMED_MOST = 5
TEXT_MOST = 60
"""The most characters of a cell or a line that are shown."""


def only(notes: Iterable[Note], kind: type[T]) -> list[T]:
    """The notes of one kind, in their order."""
    return [note for note in notes if isinstance(note, kind)]


def of_error(error: UsageError, file: str, path: str) -> Unread:
    """An error about a file that could not be read, as a note.

    Args:
        path: the name that the error begins with. It is removed, since ``file`` says the same.
    """
    reason = str(error).removeprefix(path).lstrip(": ")
    return Unread(file=file, where="", reason=reason, cut_off=isinstance(error, CutOff))


def lines(unread: Iterable[Unread]) -> list[str]:
    """A line for each reason, about whole files or about parts of one file."""
    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in unread:
        if not one.where:
            groups["", one.reason].append(one.file)
            continue
        what = one.what if len(one.what) <= TEXT_MOST else f"{one.what[:TEXT_MOST]}..."
        groups[one.file, one.reason].append(f"{one.where} ({what!r})" if what else one.where)
    return [
        (f"{file}: " if file else "") + f"{named(items, NAMED_MOST)}: {reason}"
        for (file, reason), items in groups.items()
    ]


def named(items: list[str], most: int) -> str:
    """The first ``most`` items, and how many more there are."""
    more = len(items) - most
    return ", ".join(items[:most]) + (f" and {more:,} more" if more > 0 else "")
