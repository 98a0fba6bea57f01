"""Reads the compose file of somebody's own application with Docker Compose."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from orchestrator.adapters import command
from orchestrator.adapters.compose import CONFIG_WITHIN_S, INSTALL
from orchestrator.errors import EnvironmentMissing, UsageError


class _Config(msgspec.Struct):
    services: dict[str, dict[str, Any]] = {}


def blocks(path: Path, names: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """These services of a compose file, as Compose resolves them.

    Raises:
        EnvironmentMissing: Compose v2 is missing.
        UsageError: Compose refuses the file, a service is not in it, or has no healthcheck.
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
    problems = []
    for name in names:
        if name not in found:
            there = ", ".join(found) or "none"
            problems.append(f"{path}: no service {name}; its services are: {there}")
        elif not (found[name].get("healthcheck") or {}).get("test"):
            problems.append(
                f"{path}: {name} has no healthcheck; add one, since the lab waits for it"
            )
    if problems:
        raise UsageError(problems)
    return {name: found[name] for name in names}
