"""The world in which all services run on one version of Python."""

from __future__ import annotations

from orchestrator.ports import Progress
from orchestrator.world import World


def on_python(world: World, python: str | None, progress: Progress) -> World:
    """The same world with all services on this Python; the engine has its base image then.

    Args:
        python: a tag of the official image; None: each service on its own.

    Raises:
        EnvironmentMissing: there is no such image, none could be pulled, and none could be made.
    """
    if python is None:
        return world
    progress.note(f"all services on Python {python}: getting its base image")
    return world.on_python(python)
