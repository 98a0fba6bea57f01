"""When requests are due in the open loop; pure arithmetic."""

from dataclasses import dataclass
from typing import Protocol


class Due(Protocol):
    """When requests of an open loop are due, as the engine asks it."""

    due_ns: int
    """When the next one is due."""
    interval_ns: float
    """Shortest distance between two of them."""

    def take(self) -> int:
        """Return when the next request is due, and move on to the one after it."""


@dataclass(slots=True)
class Schedule:
    """A constant arrival rate. The next request is due at `due_ns`, even if it cannot be sent."""

    due_ns: int
    interval_ns: float
    _first_ns: int = 0
    _taken: int = 0

    def __post_init__(self) -> None:
        self._first_ns = self.due_ns

    def take(self) -> int:
        """Return when the next request is due, and move on to the one after it."""
        taken_ns = self.due_ns
        self._taken += 1
        # Multiplied, not summed: the rounding of thousands of intervals would become a drift.
        self.due_ns = self._first_ns + int(self._taken * self.interval_ns)
        return taken_ns

    @classmethod
    def share(cls, rate: float, worker: int, workers: int, start_ns: int) -> "Schedule":
        """One worker's part of `rate` (requests/s of all workers), interleaved with the others."""
        interval_ns = 1e9 * workers / rate
        return cls(start_ns + int(interval_ns * worker / workers), interval_ns)
