"""Everything that can go wrong, as one hierarchy; the command line catches it in one place.

LabError
├── UsageError            the command line, a file or a variable is wrong  exit 2
│   └── CutOff            a file ends in the middle of a line
├── SelfContradiction     a record's own numbers cannot all be right      exit 1
├── EnvironmentMissing    the host lacks something (engine, image)         exit 3
├── Interrupted           a person or a signal ended the command           exit 130
└── TrialFailed           one trial failed: a result, never the run's end
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence

LOG_TAIL_LINES = 20


class LabError(Exception):
    """What happened, to which service, and what to do next."""

    exit_code = 1


class UsageError(LabError):
    """The command line or a file is wrong; ``problems`` holds all of them together."""

    exit_code = 2

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class CutOff(UsageError):
    """A file ends in the middle of a line: nobody knows what is missing."""


class SelfContradiction(LabError):
    """A record's own numbers cannot all be right: no report is made of it."""


class EnvironmentMissing(LabError):
    """The host lacks something that the lab cannot do without."""

    exit_code = 3


class Interrupted(LabError):
    """A person or a signal ended the command; the message says what is kept."""

    exit_code = 130


class TrialFailed(LabError):
    """One trial could not be measured; the run goes on and the row says why.

    The engine, a container or a program in it did not do its part. The bench, which knows what it
    was doing, adds the phase.
    """

    def __init__(self, reason: str, log_tail: str = "") -> None:
        self.reason = reason
        self.log_tail = log_tail
        super().__init__(reason)


def unforeseen(error: Exception) -> TrialFailed:
    """What nobody foresaw, as the failure of one trial, with its traceback in place of a log."""
    log_tail = "".join(traceback.format_exception(error))
    return TrialFailed(f"unforeseen {type(error).__name__}: {error}", log_tail)


def tail(log: str) -> str:
    """The last lines of a log, as many as a person reads."""
    return "\n".join(log.strip().splitlines()[-LOG_TAIL_LINES:])
