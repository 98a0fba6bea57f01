"""Ctrl-C, and the signals by which docker, CI or a lost terminal end a run.

The first one raises KeyboardInterrupt at once, or, inside a block that must not be torn, at the end
of that block. Later ones change nothing: what is left to do is short, and every wait in it has a
deadline.
"""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from types import FrameType


class Interrupts:
    """Whether this process was told to end, and whether that has to wait for a moment."""

    def __init__(self) -> None:
        self._told = False
        self._shields = 0
        self._waiting = False

    def take(self, _number: int, _frame: FrameType | None) -> None:
        """A signal arrives (the handler that `install` sets)."""
        if self._told:
            return
        self._told = True
        if self._shields:
            self._waiting = True
        else:
            raise KeyboardInterrupt

    @contextmanager
    def shielded(self) -> Iterator[None]:
        """A block of the main thread that an interrupt does not tear; keep it short."""
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
    """A block that an interrupt does not tear; keep it short."""
    return _OURS.shielded()


def install() -> None:
    """Take the signals that end a run, from now on."""
    for end in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(end, _OURS.take)
