"""No blocking read outlasts the lab's own clock: it happens in a thread that may be left behind.

The SDK takes the timeout off a socket that it streams from, and a server that sends a byte now and
then outlives any timeout of a single read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from queue import Empty, SimpleQueue
from threading import Thread
from time import monotonic
from typing import Final, TypeVar

T = TypeVar("T")


class _End:
    """What ends a stream."""


_END: Final = _End()


def within(seconds: float, call: Callable[[], T]) -> T:
    """What ``call`` returns or raises.

    Raises:
        TimeoutError: it has done neither after ``seconds``.
    """
    return next(timed(lambda: [call()], first_s=seconds, next_s=seconds, whole_s=seconds))


def timed(
    source: Callable[[], Iterable[T]], *, first_s: float, next_s: float, whole_s: float
) -> Iterator[T]:
    """The items of ``source()``, which is read in a thread of its own.

    Args:
        first_s: how long the first item may take, in seconds.
        next_s: how long each later one may take.
        whole_s: how long all of them may take together.

    Raises:
        TimeoutError: one of these has passed; its text says how many seconds.
    """
    items: SimpleQueue[T | BaseException | _End] = SimpleQueue()
    Thread(target=_read, args=(source, items), name="reader", daemon=True).start()
    end, patience = monotonic() + whole_s, first_s
    while True:
        left = end - monotonic()
        if left <= 0:
            raise TimeoutError(f"it was not over after {whole_s:g} s")
        try:
            item = items.get(timeout=min(patience, left))
        except Empty:
            if left <= patience:
                continue  # the whole is over
            raise TimeoutError(f"nothing came for {patience:g} s") from None
        if isinstance(item, _End):
            return
        if isinstance(item, BaseException):
            raise item
        yield item
        patience = next_s


def _read(source: Callable[[], Iterable[T]], items: SimpleQueue[T | BaseException | _End]) -> None:
    try:
        for item in source():
            items.put(item)
    except BaseException as error:  # noqa: BLE001 - raised where the items are taken
        items.put(error)
    else:
        items.put(_END)
