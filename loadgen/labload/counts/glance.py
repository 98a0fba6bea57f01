"""How a worker fares at a moment of an interactive test; beside its counts, which only add up."""

from dataclasses import astuple, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Glance:
    """A worker now, and since the glance before this one."""

    span_us: int
    """How long ago the glance before was, or the begin of the test."""
    users: int
    answered: int
    """Of the users, those that got any answer so far."""
    under_way: int
    """Requests begun that have no end yet."""
    overdue: int
    """Open loop: requests that are due but not begun, because no connection is idle."""
    idle: float | None
    """Share of the span in which the engine had nothing to do; None for Locust's own users."""
    lag_us: int | None
    """The longest in the span that a timer of the worker's event loop was kept waiting."""

    def to_wire(self) -> list[Any]:
        """As it travels from a worker to the master."""
        return list(astuple(self))

    @classmethod
    def from_wire(cls, data: list[Any]) -> "Glance":
        """What `to_wire` made `data` of."""
        return cls(*data)
