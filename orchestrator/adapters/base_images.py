"""The base images of services and companions: the set-up finds, pulls or makes them."""

from __future__ import annotations

from pathlib import Path

from orchestrator.adapters import command
from orchestrator.errors import EnvironmentMissing, TrialFailed, tail

SETUP = Path("orchestrator", "setup")
SCRIPT, DATABASE_SCRIPT = SETUP / "base_images.sh", SETUP / "database_image.sh"
WITHIN_S = 1200
DATABASES = {"postgres": "LAB_POSTGRES"}
"""Companions whose base image the set-up provides -> the variable of the compose file."""


def base_image(root: Path, version: str) -> str:
    """The name of an image with this version of Python, which the engine has afterwards.

    Args:
        version: a tag of the official image: ``3.12``, ``3.12.1``, ``3.14-rc``, ``3.12-bookworm``.

    Raises:
        TrialFailed: there is none, none could be pulled, and none could be made.
    """
    return _provided(root, [str(SCRIPT), version], f"Python {version}")


def database_image(root: Path) -> str:
    """The name of PostgreSQL's image, which the engine has afterwards.

    Raises:
        TrialFailed: there is none, none could be pulled, and none could be made.
    """
    return _provided(root, [str(DATABASE_SCRIPT)], "PostgreSQL")


def _provided(root: Path, script: list[str], what: str) -> str:
    try:
        done = command.run(["bash", *script], within_s=WITHIN_S, remedy="install bash", cwd=root)
    except EnvironmentMissing as error:
        raise TrialFailed(f"no base image for {what}: {error}") from error
    name = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0 or not name:
        raise TrialFailed(
            f"there is no base image for {what}; `bash {' '.join(script)}` says why",
            tail(command.said(done)),
        )
    return name
