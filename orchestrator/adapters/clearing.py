"""Clean-up at the end of a block, which never hides the error that ended the block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.errors import EnvironmentMissing
from orchestrator.interrupts import shielded


@contextmanager
def afterwards(*steps: Callable[[], None]) -> Iterator[None]:
    """Run every step at the end of the block, even after an error.

    Raises:
        EnvironmentMissing: a step failed, and the block itself raised nothing.
    """
    try:
        yield
    except BaseException as error:
        clear_up(error, *steps)
        raise
    clear_up(None, *steps)


def clear_up(error: BaseException | None, *steps: Callable[[], None]) -> None:
    """Run every step; their failures become notes of ``error``, the exception being raised.

    An interrupt waits until all steps are done.

    Raises:
        EnvironmentMissing: with all failures, if no exception is being raised.
    """
    problems = []
    with shielded():
        for step in steps:
            try:
                step()
            except EnvironmentMissing as problem:
                problems.append(str(problem))
    if error is not None:
        for text in problems:
            error.add_note(text)
    elif problems:
        raise EnvironmentMissing("; ".join(problems))
