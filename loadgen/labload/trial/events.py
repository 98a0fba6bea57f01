"""Writes the master's events to stdout at once, one a line.

Locust itself writes its logs and tables to stderr. A trial ends with exactly one `result` or
`failed`. The first of them decides, and sets the exit code.
"""

import sys
from collections.abc import Callable

from locust.env import Environment

from labwire.events import LoadEvent, LoadFailed, LoadResult, encode

EXIT_FAILED = 3


def emit(event: LoadEvent) -> None:
    """Write one event at once."""
    sys.stdout.write(encode(event) + "\n")
    sys.stdout.flush()


def succeed(environment: Environment, result: LoadResult) -> None:
    """Report the result, unless the trial has already ended."""
    _conclude(environment, 0, result)


def fail(environment: Environment, reason: str, last: Callable[[], None] | None = None) -> None:
    """Report why there is no result, unless the trial has already ended; first call `last`."""
    _conclude(environment, EXIT_FAILED, LoadFailed(reason=reason), last)


def _conclude(
    environment: Environment,
    code: int,
    event: LoadResult | LoadFailed,
    last: Callable[[], None] | None = None,
) -> None:
    # Locust exits with this code if it is set. It is set when the trial ends.
    if environment.process_exit_code is None:
        environment.process_exit_code = code
        if last is not None:
            last()
        emit(event)
