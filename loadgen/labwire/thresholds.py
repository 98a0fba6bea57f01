"""From where on a worker of the load generator may itself be the limit."""

IDLE_LEAST = 0.15
"""Below this idle share the worker itself delays requests. Its idle time includes the cost of
asking the kernel, which is several per cent where it asks often."""
LAG_MOST_MS = 250.0
"""A timer kept waiting for longer is in the latencies; seconds of it look like a dead server."""


def nearly_full(idle: float | None) -> bool:
    """Whether a worker that was idle for this share of the time had next to none left."""
    return idle is not None and idle < IDLE_LEAST
