"""How the master tells its events: on stdout, one a line, at once.

Locust itself writes its logs and tables to stderr. A trial ends with exactly one `result` or
`failed`; whichever is said first stands, and the exit code goes with it.
"""

import sys
from collections.abc import Callable

from locust.env import Environment

from labwire.events import LoadEvent, LoadFailed, LoadResult, encode

EXIT_FAILED = 3


def emit(event: LoadEvent) -> None:
    """Write one event, at once."""
    sys.stdout.write(encode(event) + "\n")
    sys.stdout.flush()


def succeed(environment: Environment, result: LoadResult) -> None:
    """Say the result, unless the trial has already ended."""
    _conclude(environment, 0, result)


def fail(environment: Environment, reason: str, last: Callable[[], None] | None = None) -> None:
    """Say why there is no result, unless the trial has already ended; `last` speaks before."""
    _conclude(environment, EXIT_FAILED, LoadFailed(reason=reason), last)


def _conclude(
    environment: Environment,
    code: int,
    event: LoadResult | LoadFailed,
    last: Callable[[], None] | None = None,
) -> None:
    # Locust exits with this code if it is set; that it is set means that the trial has ended.
    if environment.process_exit_code is None:
        environment.process_exit_code = code
        if last is not None:
            last()
        emit(event)
