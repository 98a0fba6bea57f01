"""The base image of a Python version: the set-up finds, pulls or makes it."""

from __future__ import annotations

from pathlib import Path

from orchestrator.adapters import command
from orchestrator.errors import EnvironmentMissing, TrialFailed, tail

SCRIPT = Path("orchestrator", "setup", "base_images.sh")
WITHIN_S = 1200


def base_image(root: Path, version: str) -> str:
    """The name of an image with this version of Python, which the engine has afterwards.

    Args:
        version: a tag of the official image: ``3.12``, ``3.12.1``, ``3.14-rc``, ``3.12-bookworm``.

    Raises:
        TrialFailed: there is none, none could be pulled, and none could be made.
    """
    try:
        done = command.run(
            ["bash", str(root / SCRIPT), version],
            within_s=WITHIN_S,
            remedy="install bash",
            cwd=root,
        )
    except EnvironmentMissing as error:
        raise TrialFailed(f"no base image for Python {version}: {error}") from error
    name = done.stdout.decode(errors="replace").strip()
    if done.returncode != 0 or not name:
        raise TrialFailed(
            f"there is no base image for Python {version}; `bash {SCRIPT} {version}` says why",
            tail(command.said(done)),
        )
    return name
