"""Handles Ctrl-C, and the signals by which Docker, CI or a lost terminal end a run.

The first signal raises KeyboardInterrupt at once, or, inside a shielded block, at the end of that
block. Later signals change nothing: the rest of the work is short, and every wait in it has a
deadline.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType


class Interrupts:
    """Whether this process received a signal to end, and whether a shielded block delays it."""

    def __init__(self) -> None:
        self._told = False
        self._shields = 0
        self._waiting = False

    def take(self, _number: int, _frame: FrameType | None) -> None:
        """Handle a signal; `install` sets this handler."""
        if self._told:
            return
        self._told = True
        if self._shields:
            self._waiting = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """A block of the main thread that an interrupt does not cut short; keep it brief."""
        self._shields += 1
        try:
            yield
        finally:
            self._shields -= 1
            if self._waiting and not self._shields:
                self._waiting = False
                raise KeyboardInterrupt


_OURS = Interrupts()


def shielded() -> AbstractContextManager[None]:
    """A block that an interrupt does not cut short; keep it brief."""
    return _OURS.shielded()


def install() -> None:
    """Handle SIGINT, SIGTERM and SIGHUP from now on."""
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, _OURS.take)
