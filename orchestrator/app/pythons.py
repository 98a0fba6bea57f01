"""The world in which all services run on one version of Python, or have more packages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from labwire.expectation import Expectation
from orchestrator.app.engine import engine_alone
from orchestrator.ports import Progress
from orchestrator.world import World
from orchestrator.world.engine import Connection


@contextmanager
def alone_on(
    world: World,
    python: str | None,
    expectations: Sequence[Expectation],
    run_id: str,
    progress: Progress,
) -> Iterator[tuple[World, Connection]]:
    """Keep other runs of the lab off the engine, then get the base images for this run.

    In this order, because pulling or making an image would disturb another run's measurement.

    Args:
        expectations: the workloads of the run.

    Raises:
        EnvironmentMissing: as in `engine_alone`, `on_python` and `working`.
    """
    with engine_alone(world, run_id, progress) as connection:
        there = working(on_python(world, python, progress), expectations, progress)
        yield there, connection if there is world else there.connect(run_id)


def working(world: World, expectations: Sequence[Expectation], progress: Progress) -> World:
    """The same world, whose images have what the workloads need that are measured on request.

    Raises:
        EnvironmentMissing: there is no base image for a database, and none could be pulled or made.
    """
    asked = [one for one in expectations if one.on_request]
    if not asked:
        return world
    needs = tuple(dict.fromkeys(name for one in asked for name in one.needs))
    if needs:
        progress.note(f"getting the base image of {', '.join(needs)}")
    return world.with_work(needs)


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
