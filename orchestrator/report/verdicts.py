"""Verdicts in words, for people who read a row."""

from __future__ import annotations

from orchestrator.verdict import COLOCATED, LOADGEN_CPU, SCHEDULE, SERVER_CPU, UNKNOWN

IN_WORDS = {
    SERVER_CPU: "The server's one CPU was full: this rate is the server's, and the row is ranked.",
    LOADGEN_CPU: "The load generator had no CPU time left: the server can do at least this much.",
    "connection-setup": "Clients spent their time connecting, or the listen queue overflowed: the "
    "server can do at least this much for clients that keep their connections open.",
    "latency-floor": "Server and load generator both had time left and waited for each other, or "
    "for a timer: the server can do at least this much.",
    "throttled": "The quota took CPU away from the server before its CPU was full.",
    "memory": "The server ran out of memory and was killed.",
    "errors": "So many requests failed that the rate means nothing.",
    COLOCATED: "Server and load share the CPU that was full: this rate describes both together.",
    SCHEDULE: "The server kept up with the rate at which requests were sent.",
    UNKNOWN: "No rule explains what kept this rate from being higher: take it as a lower bound.",
}
