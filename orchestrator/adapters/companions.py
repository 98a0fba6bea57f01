"""Finds and checks the companions of frameworks in ``docker-compose.yml``. Pure.

A framework names its companions in ``depends_on`` with ``condition: service_healthy``. So
``docker compose up`` also starts them first, and waits until they are healthy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.adapters.contained import COMPANION, ROLE, SERVER
from orchestrator.words import is_name

HEALTHY = "service_healthy"
# A companion's log and its lines in samples.csv have its name; these names are taken there.
_RESERVED = re.compile(r"server|master|worker-[0-9]+|framework|localhost")

Blocks = Mapping[str, Mapping[str, Any] | None]


def is_companion(block: Mapping[str, Any]) -> bool:
    """Whether a block's label says that it is a companion."""
    return _role(block) == COMPANION


def companions_of(name: str, blocks: Blocks) -> tuple[str, ...]:
    """The companions of a service, in the order in which Compose prints them."""
    return tuple(other for other in _awaited(blocks[name]) if is_companion(blocks.get(other) or {}))


def companion_problems(name: str, blocks: Blocks) -> list[str]:
    """Every problem with a service's companions, or with the service as a companion, in words."""
    found = list(_of_name(name)) if is_companion(blocks[name] or {}) else []
    for other, condition in _awaited(blocks[name]).items():
        found += _of_pair(name, other, condition, blocks)
    return found


def _of_name(name: str) -> Iterator[str]:
    if not is_name(name):
        yield (
            "a companion's name is also a host name and a file name: use lower-case letters, "
            "digits and hyphens, and begin with a letter"
        )
    if _RESERVED.fullmatch(name):
        yield "the lab uses this name for something else; give the companion another name"


def _of_pair(name: str, other: str, condition: str, blocks: Blocks) -> Iterator[str]:
    mine, its = _role(blocks[name]), _role(blocks.get(other))
    if condition != HEALTHY and its not in (COMPANION, SERVER):
        return
    where = f"depends_on {other}"
    if other == name:
        yield f"{where}: a service cannot be its own companion; name another service"
    elif other not in blocks:
        yield f"{where}: there is no such service; add a block for it, or take the dependency out"
    elif its == SERVER:
        yield f"{where}: that is a framework, which cannot be a companion; take it out"
    elif its != COMPANION:
        yield (
            f"{where}: it is not a companion; give its block the label {ROLE}: {COMPANION}, or "
            f"use another condition than {HEALTHY}"
        )
    elif mine == COMPANION:
        yield f"{where}: a companion cannot have companions; let the framework depend on both"
    elif mine != SERVER:
        yield f"{where}: only frameworks can have companions; take it out"
    elif condition != HEALTHY:
        yield f"{where}: condition = {condition}: give {HEALTHY}: the lab waits for companions"


def _awaited(block: Mapping[str, Any] | None) -> dict[str, str]:
    """The services that a block depends on, each with its condition."""
    found = (block or {}).get("depends_on") or {}
    if not isinstance(found, Mapping):
        return {}
    return {
        name: str(how.get("condition", "")) if isinstance(how, Mapping) else ""
        for name, how in found.items()
    }


def _role(block: Mapping[str, Any] | None) -> str:
    labels = (block or {}).get("labels")
    return str(labels.get(ROLE, "")) if isinstance(labels, Mapping) else ""
