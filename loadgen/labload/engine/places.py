"""One server's part of an order in which several servers get requests; pure arithmetic."""

import sys
from collections.abc import Sequence
from random import Random

NEVER = sys.maxsize
"""Nanoseconds of a clock that never gets there."""


class Places:
    """The schedule of one server: its places in the common order; then nothing is due any more."""

    def __init__(self, places: Sequence[int], first_ns: int, interval_ns: float) -> None:
        """`places`: ascending, from 0; place `p` is due at `first_ns` + `p` * `interval_ns`."""
        self._places = places
        self._first_ns = first_ns
        self._taken = 0
        self.interval_ns = interval_ns
        """Distance between two places, whichever servers they belong to."""
        self.due_ns = self._next()

    @property
    def left(self) -> int:
        """How many requests are still to begin."""
        return len(self._places) - self._taken

    def take(self) -> int:
        """Return when the next request is due, and move on to the one after it."""
        taken_ns = self.due_ns
        self._taken += 1
        self.due_ns = self._next()
        return taken_ns

    def _next(self) -> int:
        if not self.left:
            return NEVER
        return self._first_ns + int(self._places[self._taken] * self.interval_ns)


def spread(servers: int, requests: int, seed: int) -> list[list[int]]:
    """The places of each server in a random order of all requests; each has `requests` places."""
    order = [server for server in range(servers) for _ in range(requests)]
    Random(seed).shuffle(order)
    places: list[list[int]] = [[] for _ in range(servers)]
    for place, server in enumerate(order):
        places[server].append(place)
    return places
