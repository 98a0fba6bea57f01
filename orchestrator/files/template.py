"""A new service from ``services/_template``, with its block in ``docker-compose.yml``."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.model.blocks import BEYOND_2019
from orchestrator.words import NAME_LENGTH, is_name

PLACEHOLDER = "NAME"
MARK = "  # `lab new` adds frameworks above this line.\n"
BLOCK = """\
  {name}:
    <<: *server
    image: weblab/{name}:${{LAB_TAG:-local}}
    build: {{ context: services/{name}, args: {{ BASE: *python }} }}
    profiles: [{profile}]

"""


def new_service(root: Path, name: str) -> Path:
    """Copy the template and add the compose block; return the new folder.

    Raises:
        UsageError: the name is not allowed or already exists; nothing is changed.
    """
    folder = root / "services" / name
    compose = root / "docker-compose.yml"
    text = compose.read_text()
    problems = name_problems(name)
    if folder.exists():
        problems.append(f"{name}: already there in services/")
    problems += compose_problems(text, name)
    if problems:
        raise UsageError(problems)
    try:  # remove a half-made service
        _make(root, folder)
        compose.write_text(with_block(text, BLOCK.format(name=name, profile=BEYOND_2019)))
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def name_problems(name: str) -> list[str]:
    """What is wrong with the name of a service, in words."""
    if is_name(name):
        return []
    return [
        f"{name[:NAME_LENGTH]!r}: a service's name is lower-case letters, digits and hyphens, "
        f"a letter first, {NAME_LENGTH} at most"
    ]


def compose_problems(text: str, name: str) -> list[str]:
    """Why the compose file cannot get a block of this name, in words."""
    found = []
    if f"\n  {name}:\n" in text:
        found.append(f"{name}: already there in docker-compose.yml")
    if MARK not in text:
        found.append(f"docker-compose.yml has lost the line {MARK.strip()!r}")
    return found


def with_block(text: str, block: str) -> str:
    """The compose file with one more block, which ends with an empty line."""
    return text.replace(MARK, block + MARK)


def _make(root: Path, folder: Path) -> None:
    shutil.copytree(
        root / "services" / "_template", folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    for path in folder.iterdir():
        path.write_text(re.sub(rf"\b{PLACEHOLDER}\b", folder.name, path.read_text()))
