"""The output of a command: only readable text, in any encoding."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import Any, TextIO

from orchestrator.words import printable


class Printable:
    """A text stream that removes everything that a terminal would obey.

    Names, logs and records come from outside; with this stream, code that prints them is safe.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream

    def write(self, text: str) -> int:
        """Write the printable part of the text."""
        self.stream.write(printable(text))
        return len(text)

    def writelines(self, lines: Iterable[str]) -> None:
        """Write each line."""
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


@contextmanager
def prepared() -> Iterator[None]:
    """Make standard output and standard error accept any text.

    A character that their encoding lacks is replaced, so that no locale causes the loss of a table
    or of an error message.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    out: Any = Printable(sys.stdout)
    errors: Any = Printable(sys.stderr)
    with redirect_stdout(out), redirect_stderr(errors):
        yield


def drawable(stream: TextIO | Printable) -> TextIO:
    """The underlying stream, for code that moves the cursor and cleans its text itself."""
    return stream.stream if isinstance(stream, Printable) else stream
