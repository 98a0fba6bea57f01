"""The logs of a load generator, shortened for people."""

from __future__ import annotations

from orchestrator.errors import tail


def tails(logs: dict[str, str]) -> str:
    """The last lines of each log under its container's name, without the lab's JSON events."""
    spoken = {
        name: "\n".join(line for line in log.splitlines() if not line.startswith('{"lab"'))
        for name, log in logs.items()
    }
    return "\n".join(f"--- {name}\n{tail(log)}" for name, log in spoken.items())
