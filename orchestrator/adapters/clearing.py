"""Clearing up at the end of a block, which never takes the place of what ended the block."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from orchestrator.errors import EnvironmentMissing


@contextmanager
def afterwards(*steps: Callable[[], None]) -> Iterator[None]:
    """Take every step at the end of the block, whatever has become of it.

    Raises:
        EnvironmentMissing: of a step, where the block itself has raised nothing.
    """
    try:
        yield
    except BaseException as error:
        clear_up(error, *steps)
        raise
    clear_up(None, *steps)


def clear_up(error: BaseException | None, *steps: Callable[[], None]) -> None:
    """Take every step; what goes wrong in one is a note of ``error``, the exception under way.

    Raises:
        EnvironmentMissing: all that went wrong, where no exception is under way.
    """
    problems = []
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
