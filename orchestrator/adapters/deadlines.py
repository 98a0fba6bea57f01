"""Time limits for blocking reads: they run in a thread that can be abandoned.

The Docker SDK removes the timeout from a socket that it streams from, and a server that sends a
byte now and then never reaches the timeout of a single read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from queue import Empty, Full, Queue
from threading import Event, Thread
from time import monotonic
from typing import Final, TypeVar

T = TypeVar("T")
AHEAD = 1_000
"""Most items that are read ahead, so that endless output does not fill the memory."""
LOOKS_EVERY_S = 1.0
"""Seconds between a blocked reader's checks whether anybody still takes its items."""


class _End:
    """Marks the end of a stream."""


_END: Final = _End()


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises.

    Raises:
        TimeoutError: the call has not ended after ``seconds``.
    """
    return next(timed(lambda: [call()], first_s=seconds, next_s=seconds, whole_s=seconds))


def timed(
    source: Callable[[], Iterable[T]], *, first_s: float, next_s: float, whole_s: float
) -> Iterator[T]:
    """The items of ``source()``, which is read in a separate thread.

    Args:
        first_s: how long the first item may take, in seconds.
        next_s: how long each later one may take.
        whole_s: how long all of them may take together.

    Raises:
        TimeoutError: one of these limits has passed; the text has its seconds.
    """
    items: Queue[T | BaseException | _End] = Queue(AHEAD)
    left_behind = Event()
    Thread(target=_read, args=(source, items, left_behind), name="reader", daemon=True).start()
    try:
        yield from _taken(items, first_s, next_s, whole_s)
    finally:
        left_behind.set()


def _taken(
    items: Queue[T | BaseException | _End], first_s: float, next_s: float, whole_s: float
) -> Iterator[T]:
    end, patience = monotonic() + whole_s, first_s
    while True:
        left = end - monotonic()
        if left <= 0:
            raise TimeoutError(f"it had not ended after {whole_s:g} s")
        try:
            item = items.get(timeout=min(patience, left))
        except Empty:
            if left <= patience:
                continue  # the limit for all items has passed
            raise TimeoutError(f"nothing came for {patience:g} s") from None
        if isinstance(item, _End):
            return
        if isinstance(item, BaseException):
            raise item
        yield item
        patience = next_s


def _read(
    source: Callable[[], Iterable[T]],
    items: Queue[T | BaseException | _End],
    left_behind: Event,
) -> None:
    def put(item: T | BaseException | _End) -> bool:
        """Put it; False if nobody takes items any more."""
        while not left_behind.is_set():
            try:
                items.put(item, timeout=LOOKS_EVERY_S)
            except Full:
                continue
            return True
        return False

    try:
        for item in source():
            if not put(item):
                return
    except BaseException as error:  # noqa: BLE001 - raised where the items are taken
        put(error)
    else:
        put(_END)
