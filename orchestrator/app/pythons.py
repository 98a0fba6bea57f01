"""The world in which all services run on one version of Python."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from orchestrator.app.engine import engine_alone
from orchestrator.ports import Progress
from orchestrator.world import World
from orchestrator.world.engine import Connection


@contextmanager
def alone_on(
    world: World, python: str | None, run_id: str, progress: Progress
) -> Iterator[tuple[World, Connection]]:
    """Keep other runs of the lab off the engine, then get the base image of this Python.

    In this order, because pulling or making an image would disturb another run's measurement.

    Raises:
        EnvironmentMissing: as in `engine_alone` and `on_python`.
    """
    with engine_alone(world, run_id, progress) as connection:
        if python is None:
            yield world, connection
        else:
            there = on_python(world, python, progress)
            yield there, there.connect(run_id)


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
