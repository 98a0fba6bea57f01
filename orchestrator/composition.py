"""Puts the real world together; the only module that names adapters."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial
from pathlib import Path

from orchestrator.adapters import (
    changes,
    host,
    image_archive,
    memory,
    perks,
    small_host,
    their_compose,
    uv,
    variant_checks,
)
from orchestrator.adapters.base_images import DATABASES, base_image, database_image
from orchestrator.adapters.clock import SystemClock
from orchestrator.adapters.compose import Compose, Python
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.engine_address import engine_problem
from orchestrator.adapters.locust import LocustGenerator
from orchestrator.adapters.pip_index import default_index
from orchestrator.adapters.progress import ConsoleProgress, on_stderr
from orchestrator.errors import EnvironmentMissing, TrialFailed
from orchestrator.files.checkout import ROOT
from orchestrator.world import World
from orchestrator.world.engine import Connection


def real_world(root: Path = ROOT) -> World:
    """The world of a checkout. It starts and queries nothing; ``connect`` contacts an engine."""
    return _world(root, Compose(root))


def _world(root: Path, compose: Compose) -> World:
    return World(
        root=root,
        clock=SystemClock(),
        out=ConsoleProgress(),
        err=on_stderr(),
        compose=compose,
        connect=partial(_connection, compose),
        on_python=partial(_on_python, root),
        with_work=partial(_with_work, root, compose),
        elsewhere=real_world,
        their_compose=their_compose,
        engine_problem=engine_problem,
        archives=image_archive,
        host=host,
        memory=memory,
        small_host=small_host,
        changes=changes,
        variants=variant_checks,
        resolver=uv,
        apis=perks,
        default_index=default_index,
    )


def _on_python(root: Path, version: str) -> World:
    """The world whose compose file has this version of Python as the base of all services.

    Raises:
        EnvironmentMissing: there is no base image, and none could be pulled or made.
    """
    try:
        base = base_image(root, version)
    except TrialFailed as failure:
        raise EnvironmentMissing(f"{failure.reason}\n{failure.log_tail}") from failure
    return _world(root, Compose(root, Python(version=version, base=base)))


def _with_work(root: Path, compose: Compose, needs: Collection[str]) -> World:
    """The world whose images have the packages of workloads that are measured on request.

    Raises:
        EnvironmentMissing: there is no base image for a database, and none could be pulled or made.
    """
    try:
        bases = {DATABASES[name]: database_image(root) for name in needs if name in DATABASES}
    except TrialFailed as failure:
        raise EnvironmentMissing(f"{failure.reason}\n{failure.log_tail}") from failure
    return _world(root, compose.with_work(bases))


def _connection(compose: Compose, run_id: str) -> Connection:
    """The engine that the environment names, and the load generator that runs in it.

    Raises:
        UsageError: the engine is on another host.
        EnvironmentMissing: no engine answers.
    """
    engine = DockerEngine(compose, run_id)
    return Connection(engine=engine, load=LocustGenerator(engine))
