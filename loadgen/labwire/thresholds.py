"""Thresholds beyond which a worker of the load generator may itself be the limit."""

IDLE_LEAST = 0.15
"""Below this idle share the worker itself delays requests. The idle time includes the cost of
polling the kernel, which is several per cent if the worker polls often."""
STEAL_MOST = 0.1
"""A hold is disturbed if a hypervisor took a larger share of the server's CPU, or of one of the
load's. It takes from a full CPU's rate the same share, and more than a tenth is more than what
equal trials differ by. Virtual machines that share a host usually lose less (3 to 8 %)."""
LAG_MOST_MS = 250.0
"""A longer delay of the event loop is in the latencies; seconds of it look like a dead server."""


def nearly_full(idle: float | None) -> bool:
    """Whether a worker that was idle for this share of the time had too little time left."""
    return idle is not None and idle < IDLE_LEAST
