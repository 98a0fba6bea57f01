"""Where a command prints: readable text alone, in whatever encoding there is."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from orchestrator.words import printable


class Printable:
    """A text stream that passes on nothing that a terminal would obey.

    Names, logs and records come from outside: no place that prints one has to think of that.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write it, as far as it is text."""
        self.stream.write(printable(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each of them."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def prepared() -> Iterator[None]:
    """Standard output and standard error, ready for any text.

    A character that their encoding does not have is replaced: a locale is no reason to lose a
    table, or the message of an error.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    out: Any = Printable(sys.stdout)
    errors: Any = Printable(sys.stderr)
    with redirect_stdout(out), redirect_stderr(errors):
        yield


def drawable(stream: TextIO | Printable) -> TextIO:
    """The same stream for what moves the cursor itself, and cleans its texts itself."""
    return stream.stream if isinstance(stream, Printable) else stream
