"""Decides which services a change touches, from changed paths and resolved containers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from orchestrator.model.blocks import COMPOSE_FILE
from orchestrator.model.entry import framework_of

# Paths that touch no service, with the reason. A path that no rule knows touches all services: an
# unnecessary measurement costs time, but a missing one hides a change. `*` also matches slashes.
UNMEASURED: Mapping[str, str] = {
    "*.md": "documents, in any folder",
    "docs/*": "documents and pictures",
    "results/*": "results of measurements",
    "tests/*": "not part of anything that is measured",
    ".ci/*": "starts the tests",
    ".github/*": "decides when something runs, not what",
    "services/_postgres/*": "beside workloads that are measured only where they are named",
    "services/_template/*": "copied into new services; not a service itself",
    ".compose-lint.yml": "settings of a linter",
    ".editorconfig": "settings of editors",
    ".gitattributes": "settings of git",
    ".gitignore": "settings of git",
    "LICENSE": "a document",
}
# What each way to serve has for itself. In the folder of a framework they are its first way's, in a
# folder below it another way's; the image of a way contains no other way's. All else is shared.
OF_ONE_WAY = frozenset({"service.toml", "requirements.in", "requirements.txt", "serve.sh"})
WORK = "work"
"""A folder of an application that is no way to serve it: what its workloads on request need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """A resolved compose file: the container of each framework, and everything else."""

    frameworks: Mapping[str, object]
    rest: object


def redefined(
    before: Definitions | None, after: Definitions | None, services: Sequence[str]
) -> tuple[str, ...]:
    """The services whose container definition changed; all services if anything else changed.

    Args:
        before: None if unknown; then all services count as changed.
        after: likewise.
    """
    if before is None or after is None or before.rest != after.rest:
        return tuple(services)
    return tuple(
        name for name in services if before.frameworks.get(name) != after.frameworks.get(name)
    )


def is_work(path: str) -> bool:
    """Whether only the workloads that are measured on request use a file of the repository."""
    top, *below = path.split("/")
    return top == "services" and len(below) > len(("framework", WORK)) and below[1] == WORK


def touched(
    paths: Sequence[str], folders: Mapping[str, str], containers: Collection[str] = ()
) -> dict[str, tuple[str, ...]]:
    """The touched services, in the order of ``folders``, with the paths that touch each.

    Args:
        paths: changed paths, relative to the top folder of the repository.
        folders: the services that exist now, each with its folder below ``services/``; a deleted
            one cannot be measured.
        containers: the services that a change of the compose file touches.
    """
    by_path = {path: _touched_by(path, folders, containers) for path in paths}
    found = {
        name: tuple(path for path, names in by_path.items() if name in names) for name in folders
    }
    return {name: because for name, because in found.items() if because}


def _touched_by(
    path: str, folders: Mapping[str, str], containers: Collection[str]
) -> Collection[str]:
    if any(fnmatchcase(path, pattern) for pattern in UNMEASURED):
        return ()
    if path == COMPOSE_FILE:
        return containers
    top, *below = path.split("/")
    if top != "services" or len(below) < 2:
        return tuple(folders)
    if below[1] == WORK:
        return [name for name, it in folders.items() if framework_of(it) == below[0]]
    way = "/".join(below[:2])
    if way not in folders.values():  # no folder of a way, or one that is gone
        if below[-1] not in OF_ONE_WAY or len(below) > len(("framework", "way", "file")):
            return [name for name, it in folders.items() if framework_of(it) == below[0]]
        way = "/".join(below[:-1])
    return [name for name, folder in folders.items() if folder == way]
