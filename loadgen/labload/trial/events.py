"""What the master tells the orchestrator: JSON objects on stdout, one a line.

Locust itself writes its logs and tables to stderr. A trial ends with exactly one `result` or
`failed`; whichever is said first stands, and the exit code goes with it.
"""

import json
import sys
from collections.abc import Callable
from typing import Any

from locust.env import Environment

EXIT_FAILED = 3


def emit(event: str, **members: Any) -> None:
    """Write one event, at once."""
    line = json.dumps({"lab": 1, "event": event, **members}, separators=(",", ":"))
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def succeed(environment: Environment, members: dict[str, Any]) -> None:
    """Say the result, unless the trial has already ended."""
    _conclude(environment, 0, "result", members)


def fail(environment: Environment, reason: str, last: Callable[[], None] | None = None) -> None:
    """Say why there is no result, unless the trial has already ended; `last` speaks before."""
    _conclude(environment, EXIT_FAILED, "failed", {"reason": reason}, last)


def _conclude(
    environment: Environment,
    code: int,
    event: str,
    members: dict[str, Any],
    last: Callable[[], None] | None = None,
) -> None:
    # Locust exits with this code if it is set; that it is set means that the trial has ended.
    if environment.process_exit_code is None:
        environment.process_exit_code = code
        if last is not None:
            last()
        emit(event, **members)
