"""Somebody's own application, measured as the lab's services are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.files.own_file import filled_template, read_own
from orchestrator.files.own_root import PLACE, own_root
from orchestrator.files.scratch import remove_left, scratch
from orchestrator.model.own_app import FILE, OwnApp
from orchestrator.words import NAME_LENGTH, is_name
from orchestrator.world import World

FROM_DOCKERFILE = (
    "# The image is built from the Dockerfile here; [build] has what else a build needs."
)
FROM_IMAGE = 'image = "NAME:TAG" # or remove this line, and write a Dockerfile here'
COMPOSE_FILES = ("compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml")


@contextmanager
def own_world(world: World, folder: Path) -> Iterator[tuple[World, OwnApp]]:
    """The world in which the application is the only service, for the time of the block.

    Its checkout has what ``lab.toml`` says, secrets too: only this user can read it, and it goes
    with the block, or with the next one if this process is killed.

    Raises:
        UsageError: with everything that is wrong in its ``lab.toml`` or compose file.
        EnvironmentMissing: Docker Compose is missing.
    """
    app = read_own(folder)
    companions = (
        world.their_compose.blocks(folder / app.compose, app.companions) if app.companions else {}
    )
    commit = world.host.lab_commit(folder)
    origin = f"its folder is at commit {commit}" if commit else "git knows no commit of its folder"
    remove_left(world.root / PLACE)
    with scratch(world.root / PLACE) as place:
        place.chmod(0o700)
        yield world.elsewhere(own_root(world.root, place, app, companions, origin)), app


def init(folder: Path) -> list[str]:
    """Write a ``lab.toml`` to begin with; return lines that say what to do next.

    Raises:
        UsageError: there is one already, or the folder is missing.
    """
    path = folder / FILE
    if not folder.is_dir():
        raise UsageError(f"{folder}: there is no such folder")
    if path.exists():
        raise UsageError(f"{path}: there is one already; change it, or remove it first")
    path.write_text(_begun(folder))
    return [
        f"{path} is ready: name in it what your application answers, and how that is judged.",
        *_no_dockerfile(folder),
        f"Then: lab verify --app {folder}",
        "docs/your-app.md goes through all of it.",
    ]


def _no_dockerfile(folder: Path) -> list[str]:
    """What to do if the folder has no Dockerfile itself, in at most one line."""
    if (folder / "Dockerfile").is_file():
        return []
    inside = sorted(path.parent.name for path in folder.glob("*/Dockerfile"))
    build = f'; or replace image by build = {{ context = "{inside[0]}" }}' if inside else ""
    return [
        f"There is no Dockerfile in {folder}: write one, or give an image that this machine has"
        f"{build}."
    ]


def _begun(folder: Path) -> str:
    """The text of a ``lab.toml`` for what is in the folder."""
    dockerfile = folder / "Dockerfile"
    compose = next((name for name in COMPOSE_FILES if (folder / name).is_file()), COMPOSE_FILES[0])
    return filled_template(
        NAME=_name(folder),
        PORT=str(_exposed(dockerfile) or 8000),
        BUILT=FROM_DOCKERFILE if dockerfile.is_file() else FROM_IMAGE,
        COMPOSE=compose,
    )


def _name(folder: Path) -> str:
    """A name for the application, from its folder's."""
    found = re.sub(r"[^a-z0-9]+", "-", folder.resolve().name.lower()).strip("-")[:NAME_LENGTH]
    return found if is_name(found) else "app"


def _exposed(dockerfile: Path) -> int | None:
    """The port that a Dockerfile exposes; None if it says none."""
    try:
        found = re.search(r"^EXPOSE\s+(\d+)", dockerfile.read_text(), re.MULTILINE)
    except OSError:
        return None
    return int(found[1]) if found else None
