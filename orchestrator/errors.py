"""All errors of the lab, in one hierarchy; the command line catches them in one place.

LabError
├── UsageError            the command line, a file or a variable is wrong  exit 2
│   └── CutOff            a file ends in the middle of a line
├── SelfContradiction     a record's own numbers cannot all be right      exit 1
├── EnvironmentMissing    the host lacks something (engine, image)         exit 3
├── Interrupted           a person or a signal ended the command           exit 130
└── TrialFailed           one trial failed: a row of the run, which goes on
    ├── NotInstallable    a lock cannot be installed on this Python
    └── ServerFailed      one of several servers under the same load failed
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence

from orchestrator.words import line

LOG_TAIL_LINES = 20
LAST_LINE_LENGTH = 300


class LabError(Exception):
    """The base of all errors. A message says what happened, to which service, and what to do."""

    exit_code = 1


class UsageError(LabError):
    """The command line, a file or a variable is wrong; ``problems`` lists everything found."""

    exit_code = 2

    def __init__(self, problems: str | Sequence[str]) -> None:
        self.problems = [problems] if isinstance(problems, str) else list(problems)
        super().__init__("\n".join(self.problems))


class CutOff(UsageError):
    """A file ends in the middle of a line, so it is unknown what is missing."""


class SelfContradiction(LabError):
    """A record's own numbers cannot all be right, so the lab makes no report of it."""


class EnvironmentMissing(LabError):
    """The host lacks something that the lab needs."""

    exit_code = 3


class Interrupted(LabError):
    """A person or a signal ended the command; the message says what was saved."""

    exit_code = 130


class TrialFailed(LabError):
    """One trial could not be measured; the run goes on and the row says why.

    The engine, a container or a program in it failed. The bench knows the phase of the trial, and
    adds it.
    """

    def __init__(self, reason: str, log_tail: str = "") -> None:
        self.reason = reason
        self.log_tail = log_tail
        super().__init__(reason)


class NotInstallable(TrialFailed):
    """A service's lock cannot be installed on its image's Python; the reason says which package."""


class ServerFailed(TrialFailed):
    """One of several servers under the same load failed; ``place``: which one, from 0."""

    def __init__(self, reason: str, place: int) -> None:
        self.place = place
        super().__init__(reason)


def unforeseen(error: Exception) -> TrialFailed:
    """Turn an unexpected error into a failed trial, with its traceback as the log.

    An error of the lab was written for people: it keeps its words, and needs no traceback.
    """
    if isinstance(error, LabError):
        return TrialFailed(str(error))
    log_tail = "".join(traceback.format_exception(error))
    return TrialFailed(f"unexpected {type(error).__name__}: {error}", log_tail)


def tail(log: str) -> str:
    """The last ``LOG_TAIL_LINES`` lines of a log."""
    return "\n".join(log.strip().splitlines()[-LOG_TAIL_LINES:])


def last_line(log: str) -> str:
    """The last line of a log, which often alone says why a program ended; empty if it has none."""
    return line(log.strip().rpartition("\n")[2], LAST_LINE_LENGTH)


def how_it_ended(how: str, log_tail: str) -> str:
    """How a program ended, with the last line of its log.

    An exit code does not say why: a server whose worker crashed may end with 0.
    """
    last = last_line(log_tail)
    return f'{how}; its log ends with "{last}"' if last else how
