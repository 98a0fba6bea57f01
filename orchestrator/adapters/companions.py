"""Which block of ``docker-compose.yml`` is a companion of which framework, and may be. Pure.

A framework names its companions by ``depends_on`` with ``condition: service_healthy``; so
``docker compose up`` starts them, too, and waits until they are healthy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from orchestrator.adapters.contained import COMPANION, ROLE, SERVER
from orchestrator.words import is_name

HEALTHY = "service_healthy"
# A log and lines of samples.csv are called by a companion's name, and so are these.
_RESERVED = re.compile(r"server|master|worker-[0-9]+|framework|localhost")

Blocks = Mapping[str, Mapping[str, Any] | None]


def is_companion(block: Mapping[str, Any]) -> bool:
    """Whether a block calls itself one."""
    return _role(block) == COMPANION


def companions_of(name: str, blocks: Blocks) -> tuple[str, ...]:
    """The companions of a service, in the order in which Compose prints them."""
    return tuple(other for other in _awaited(blocks[name]) if is_companion(blocks.get(other) or {}))


def companion_problems(name: str, blocks: Blocks) -> list[str]:
    """All that is wrong with the companions of a service, or with it as a companion, in words."""
    found = list(_of_name(name)) if is_companion(blocks[name] or {}) else []
    for other, condition in _awaited(blocks[name]).items():
        found += _of_pair(name, other, condition, blocks)
    return found


def _of_name(name: str) -> Iterator[str]:
    if not is_name(name):
        yield (
            "a companion is a host's name and a file's: call it by lower-case letters, digits and "
            "hyphens, a letter first"
        )
    if _RESERVED.fullmatch(name):
        yield "the lab calls something else by this name: give the companion another one"


def _of_pair(name: str, other: str, condition: str, blocks: Blocks) -> Iterator[str]:
    mine, its = _role(blocks[name]), _role(blocks.get(other))
    if condition != HEALTHY and its not in (COMPANION, SERVER):
        return
    where = f"depends_on {other}"
    if other == name:
        yield f"{where}: nothing is its own companion; name another service"
    elif other not in blocks:
        yield f"{where}: there is no such service; a companion has a block of its own"
    elif its == SERVER:
        yield f"{where}: that is a framework, and no companion of another; take it out"
    elif its != COMPANION:
        yield (
            f"{where}: it is no companion; give its block the label {ROLE}: {COMPANION}, or "
            f"another condition than {HEALTHY}"
        )
    elif mine == COMPANION:
        yield f"{where}: a companion has no companion; let the framework depend on both"
    elif mine != SERVER:
        yield f"{where}: frameworks alone have companions; take it out"
    elif condition != HEALTHY:
        yield f"{where}: condition = {condition}: give {HEALTHY}, since a companion is waited for"


def _awaited(block: Mapping[str, Any] | None) -> dict[str, str]:
    """What a block depends on, each with its condition."""
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
