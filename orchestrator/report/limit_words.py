"""Explains each limit in a sentence."""

from __future__ import annotations

from orchestrator.model.limit import Limit

IN_WORDS: dict[str, str] = {
    Limit.SERVER_CPU: "The server's one CPU was full: this rate is the server's, and the row is "
    "ranked.",
    Limit.DATABASE: "What the service needs beside it, such as a database, had no CPU time left: "
    "the server can do at least this much with a faster one.",
    Limit.LOADGEN_CPU: "The load generator had no CPU time left: the server can do at least "
    "this much.",
    Limit.CONNECTION_SETUP: "Clients spent their time connecting, or the listen queue overflowed: "
    "the server can do at least this much for clients that keep their connections open.",
    Limit.DATABASE_WAIT: "Most probably the server waited for what it needs beside it, such as a "
    "database, and worked in between, so neither CPU was full: with more processes or threads it "
    "can do more.",
    Limit.LATENCY_FLOOR: "Server and load generator both had time left and waited for each other, "
    "or for a timer: the server can do at least this much.",
    Limit.THROTTLED: "The quota took CPU away from the server before its CPU was full.",
    Limit.MEMORY: "The server ran out of memory and was killed.",
    Limit.ERRORS: "So many requests failed that the rate means nothing.",
    Limit.COLOCATED: "Server and load share the CPU that was full: this rate describes both "
    "together.",
    Limit.SCHEDULE: "The server kept up with the rate at which requests were sent.",
    Limit.UNKNOWN: "No rule explains what kept this rate from being higher: take it as a lower "
    "bound.",
}
"""Limit in the record -> its explanation. Limits of other versions of the lab have none."""
