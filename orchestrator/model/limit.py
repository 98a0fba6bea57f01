"""What can keep a rate from being higher: the words of ``limited_by`` in a record."""

from __future__ import annotations

from enum import StrEnum


class Limit(StrEnum):
    """What limited a hold or an arrival rate. ``limits.py`` has the rules.

    A record keeps the word as text, so that one of another version of the lab can still be read.
    """

    MEMORY = "memory"
    """The server's container ran out of memory."""
    ERRORS = "errors"
    """Too many requests failed for a rate that means anything."""
    COLOCATED = "colocated"
    """Server and load share the CPU that was full: the rate is about the two together."""
    THROTTLED = "throttled"
    """The quota took CPU away from the server."""
    SERVER_CPU = "server-cpu"
    """The server's CPU was full: the only limit under which a rate is ranked."""
    DATABASE = "database"
    """A companion, such as a database, had no CPU time left, and the server had."""
    LOADGEN_CPU = "loadgen-cpu"
    """The load generator had no time left."""
    CONNECTION_SETUP = "connection-setup"
    """Clients spent their time connecting."""
    DATABASE_WAIT = "database-wait"
    """The server waited for a companion between stretches of work; neither's CPU was full."""
    LATENCY_FLOOR = "latency-floor"
    """Server and load generator both had time left."""
    SCHEDULE = "schedule"
    """The server kept up with the arrival rate of an open loop."""
    UNKNOWN = "unknown"
    """No rule explains it."""
