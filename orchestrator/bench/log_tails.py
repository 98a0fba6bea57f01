"""What a load generator printed, for people."""

from __future__ import annotations

from orchestrator.errors import tail


def tails(logs: dict[str, str]) -> str:
    """The last lines of several logs, each under its name; without the lab's own events."""
    spoken = {
        name: "\n".join(line for line in log.splitlines() if not line.startswith('{"lab"'))
        for name, log in logs.items()
    }
    return "\n".join(f"--- {name}\n{tail(log)}" for name, log in spoken.items())
