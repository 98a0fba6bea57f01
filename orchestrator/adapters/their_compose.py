"""Reads the compose file of somebody's own application with Docker Compose."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from orchestrator.adapters import command
from orchestrator.adapters.compose import CONFIG_WITHIN_S, INSTALL
from orchestrator.errors import EnvironmentMissing, UsageError

NOT_TAKEN = ("entrypoint", "working_dir", "configs", "secrets")
"""Keys that decide how a service works, and that a companion cannot have."""
ANOTHER_FILE = "write a compose file for the lab, without it"


class _Config(msgspec.Struct):
    services: dict[str, dict[str, Any]] = {}


def blocks(path: Path, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """These services of a compose file, as Compose resolves them.

    Raises:
        EnvironmentMissing: Compose v2 is missing.
        UsageError: Compose refuses the file, a service is not in it, has no healthcheck, or has
            what the lab would leave out.
    """
    done = command.run(
        ["docker", "compose", "--file", str(path), "--profile", "*", "config", "--format", "json"],
        within_s=CONFIG_WITHIN_S,
        remedy=INSTALL,
        cwd=path.parent,
    )
    if done.returncode != 0:
        raise UsageError(f"{path}: {command.said(done)}")
    try:
        found = msgspec.json.decode(done.stdout.replace(b"$$", b"$"), type=_Config).services
    except msgspec.MsgspecError as error:
        raise EnvironmentMissing(f"Docker Compose prints no JSON for {path}: {error}") from error
    problems = [f"{path}: {words}" for name in names for words in problems_of(name, found)]
    if problems:
        raise UsageError(problems)
    return {name: found[name] for name in names}


def problems_of(name: str, found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Why the lab cannot run this service as a companion, in words."""
    if name not in found:
        yield f"no service {name}; its services are: {', '.join(found) or 'none'}"
        return
    check = found[name].get("healthcheck") or {}
    if not check.get("test") or check.get("disable"):
        yield f"{name} has no healthcheck; add one, since the lab waits for it"
    for volume in found[name].get("volumes") or ():
        if volume.get("type") == "bind":
            yield (
                f"{name} takes {volume.get('source')} from this host, which no container here "
                f"may; {ANOTHER_FILE}, and copy what it needs into an image"
            )
    for key in NOT_TAKEN:
        if found[name].get(key):
            yield f"{name} has {key}, which the lab does not take; {ANOTHER_FILE}"
