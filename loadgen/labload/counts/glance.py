"""The state of a worker at one moment of an interactive test, in addition to its counts."""

from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Glance:
    """A worker's state now, and since the previous glance."""

    span_us: int
    """Time since the previous glance, or since the test began."""
    users: int
    answered: int
    """Users that got any answer so far."""
    under_way: int
    """Requests that began and have not ended."""
    overdue: int
    """Open loop: requests that are due but not begun, because no connection is idle."""
    idle: float | None
    """Share of the span in which the engine had nothing to do; None for Locust's own clients."""
    lag_us: int | None
    """The longest delay of a timer in the worker's event loop within the span."""

    def to_wire(self) -> list[Any]:
        """The form in which a worker sends it to the master."""
        return list(astuple(self))

    @classmethod
    def from_wire(cls, data: list[Any]) -> "Glance":
        """The glance from which `to_wire` made `data`."""
        return cls(*data)
