"""What counts a server's instructions."""

from __future__ import annotations

from enum import StrEnum


class CountedBy(StrEnum):
    """What counts a server's user-space instructions. Compare only counts of one kind."""

    CALLGRIND = "callgrind"
    """A tool of valgrind: it runs the program on a simulated CPU, and counts there."""
    PERF = "perf"
    """The CPU's own counter, through ``perf_event_open``: the server is not slowed down."""
