"""Which services a change touches: paths and resolved containers in, names and reasons out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

COMPOSE_FILE = "docker-compose.yml"

# Paths that touch no service, with the reason. A path that nothing here or below knows touches all:
# a measurement too many costs time, one too few hides a change. `*` stands for slashes, too.
UNMEASURED: Mapping[str, str] = {
    "*.md": "words, wherever they are",
    "docs/*": "words and pictures",
    "results/*": "what was measured, not what measures",
    "tests/*": "look at the lab; nothing that is measured sees them",
    ".ci/*": "what starts the tests",
    ".github/*": "when something runs, not what",
    "services/_template/*": "is copied into a new service; itself it is none",
    ".compose-lint.yml": "of a linter",
    ".editorconfig": "of editors",
    ".gitattributes": "of git",
    ".gitignore": "of git",
    "LICENSE": "words",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """What a compose file resolves to: the container of each framework, and all the rest."""

    frameworks: Mapping[str, object]
    rest: object


def redefined(
    before: Definitions | None, after: Definitions | None, services: Sequence[str]
) -> tuple[str, ...]:
    """The services whose container is another one now; all where the rest differs.

    Args:
        before: None where it is not known, and so may have been anything.
        after: likewise.
    """
    if before is None or after is None or before.rest != after.rest:
        return tuple(services)
    return tuple(
        name for name in services if before.frameworks.get(name) != after.frameworks.get(name)
    )


def touched(
    paths: Sequence[str], services: Sequence[str], containers: Sequence[str] = ()
) -> dict[str, tuple[str, ...]]:
    """Each service that is touched, in the order of ``services``, with the paths that touch it.

    Args:
        paths: what changed, from the top folder of the repository.
        services: those that there are now; one that is gone cannot be measured.
        containers: the services that a change of the compose file touches.
    """
    by_path = {path: _touched_by(path, services, containers) for path in paths}
    found = {
        name: tuple(path for path, names in by_path.items() if name in names) for name in services
    }
    return {name: because for name, because in found.items() if because}


def _touched_by(path: str, services: Sequence[str], containers: Sequence[str]) -> Sequence[str]:
    if any(fnmatchcase(path, pattern) for pattern in UNMEASURED):
        return ()
    if path == COMPOSE_FILE:
        return containers
    top, *folders = path.split("/")
    if top == "services" and len(folders) > 1:
        return (folders[0],)
    return services
