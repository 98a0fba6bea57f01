"""No read lasts longer than its deadline, for any reason."""

import itertools
import threading
from collections.abc import Iterator

import pytest

from orchestrator.adapters.deadlines import AHEAD, timed, within


@pytest.fixture
def never() -> Iterator[threading.Event]:
    """An event that is set only after the test."""
    event = threading.Event()
    yield event
    event.set()


def test_items_in_time_arrive_unchanged() -> None:
    assert within(30, lambda: 7) == 7
    assert list(timed(lambda: iter("abc"), first_s=30, next_s=30, whole_s=30)) == ["a", "b", "c"]


def test_an_error_of_the_call_is_raised_here() -> None:
    with pytest.raises(KeyError, match="x"):
        within(30, lambda: dict[str, int]()["x"])


def test_a_call_that_hangs_is_abandoned(never: threading.Event) -> None:
    with pytest.raises(TimeoutError, match=r"it had not ended after 0\.05 s"):
        within(0.05, never.wait)


def test_a_missing_first_item_is_a_timeout(never: threading.Event) -> None:
    def silent() -> Iterator[int]:
        never.wait()
        yield 1

    with pytest.raises(TimeoutError, match=r"nothing came for 0\.05 s"):
        list(timed(silent, first_s=0.05, next_s=30, whole_s=60))


def test_a_silent_stream_is_a_timeout(never: threading.Event) -> None:
    def falls_silent() -> Iterator[int]:
        yield 1
        never.wait()

    items = timed(falls_silent, first_s=30, next_s=0.05, whole_s=60)
    assert next(items) == 1
    with pytest.raises(TimeoutError, match=r"nothing came for 0\.05 s"):
        next(items)


def test_an_endless_stream_is_cut_off_and_not_read_further() -> None:
    read = itertools.count()
    ended = threading.Event()

    def endless() -> Iterator[int]:
        try:
            yield from read
        finally:
            ended.set()

    items = timed(endless, first_s=30, next_s=30, whole_s=0.05)
    with pytest.raises(TimeoutError, match=r"it had not ended after 0\.05 s"):
        for _ in items:
            pass
    assert ended.wait(30), "a reader that nobody needs stops"


def test_only_a_limited_number_of_items_is_read_ahead() -> None:
    waits, goes_on = threading.Event(), threading.Event()

    def endless() -> Iterator[int]:
        for number in itertools.count():
            if number > AHEAD:  # one was taken, AHEAD are kept, and this one waits
                (goes_on if waits.is_set() else waits).set()
            yield number

    items = timed(endless, first_s=30, next_s=30, whole_s=60)
    assert next(items) == 0
    assert waits.wait(30)
    assert not goes_on.wait(0.2)
    assert list(itertools.islice(items, 2 * AHEAD)) == list(range(1, 2 * AHEAD + 1))
