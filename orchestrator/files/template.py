"""A new service from ``services/_template``, with its block in ``docker-compose.yml``."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from orchestrator.errors import UsageError
from orchestrator.words import NAME_LENGTH, is_name

PLACEHOLDER = "NAME"
MARK = "  # `lab new` adds frameworks above this line.\n"
BLOCK = """\
  {name}:
    <<: *server
    image: weblab/{name}:${{LAB_TAG:-local}}
    build: {{ context: services/{name}, args: {{ BASE: *python }} }}

"""


def new_service(root: Path, name: str) -> Path:
    """Copy the template and add the compose block; return the new folder.

    Raises:
        UsageError: the name is not allowed or already exists; nothing is changed.
    """
    folder = root / "services" / name
    compose = root / "docker-compose.yml"
    text = compose.read_text()
    problems = []
    if not is_name(name):
        problems.append(
            f"{name[:NAME_LENGTH]!r}: a service's name is lower-case letters, digits and hyphens, "
            f"a letter first, {NAME_LENGTH} at most"
        )
    if folder.exists() or f"\n  {name}:\n" in text:
        problems.append(f"{name}: already there in services/ or docker-compose.yml")
    if MARK not in text:
        problems.append(f"docker-compose.yml has lost the line {MARK.strip()!r}")
    if problems:
        raise UsageError(problems)
    try:  # remove a half-made service
        _make(root, folder, compose, text)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return folder


def _make(root: Path, folder: Path, compose: Path, text: str) -> None:
    name = folder.name
    shutil.copytree(
        root / "services" / "_template", folder, ignore=shutil.ignore_patterns("__pycache__")
    )
    for path in folder.iterdir():
        path.write_text(re.sub(rf"\b{PLACEHOLDER}\b", name, path.read_text()))
    compose.write_text(text.replace(MARK, BLOCK.format(name=name) + MARK))
