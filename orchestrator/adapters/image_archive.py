"""Saves images to one file, and loads them on a host that cannot build them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestrator.adapters import command
from orchestrator.errors import EnvironmentMissing, UsageError

CALL_WITHIN_S = 1800


def save(images: Sequence[str], file: Path) -> None:
    """Write the images with all their layers and names; ``file`` is complete or absent.

    Raises:
        EnvironmentMissing: the engine refused.
    """
    part = file.with_name(f".{file.name}.part")
    try:
        _docker(["image", "save", "--output", str(part), *images])
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def load(file: Path, host: str = "") -> None:
    """Load the archive's images under the names that they were saved with.

    Args:
        host: the address (``DOCKER_HOST``) of an engine other than the default one.

    Raises:
        UsageError: there is no such file.
        EnvironmentMissing: the engine refused, for example because the file is not an archive.
    """
    if not file.is_file():
        raise UsageError(f"{file}: no such file; `make images-save FILE=...` makes one elsewhere")
    _docker(["image", "load", "--quiet", "--input", str(file)], host)


def _docker(words: Sequence[str], host: str = "") -> None:
    done = command.run(
        ["docker", *words],
        within_s=CALL_WITHIN_S,
        remedy="`make engine` installs it",
        environment={"DOCKER_HOST": host} if host else {},
    )
    if done.returncode != 0:
        raise EnvironmentMissing(f"`docker {' '.join(words)}`: {command.said(done)}")
