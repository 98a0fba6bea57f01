"""Somebody's own application, as its ``lab.toml`` describes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

FILE, RESULTS = "lab.toml", "lab-results"
"""What the lab reads in the application's folder, and the only thing that it writes there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnBuild:
    """How its image is built; paths are relative to its folder."""

    context: str = "."
    dockerfile: str = "Dockerfile"
    target: str | None = None
    args: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnApp:
    """An application.

    ``folder``: where it lies. ``title``: its name for people. ``build`` or ``image``: one of them.
    ``writable``: folders in memory that it may write to. ``ready_within_s``: seconds from its start
    to its first right answer, at most. ``compose``: the compose file, relative to its folder, whose
    ``companions`` it needs. ``workloads``: the tables of its workloads, as in a contract.
    """

    folder: Path
    name: str
    title: str
    build: OwnBuild | None
    image: str | None
    port: int
    command: tuple[str, ...] | None
    environment: Mapping[str, str]
    writable: tuple[str, ...]
    ready_within_s: float
    compose: str
    companions: tuple[str, ...]
    workloads: Mapping[str, Any]
