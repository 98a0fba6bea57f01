"""Finds that the database limits a trial, with one that has a part of a CPU, and with the usual."""

from __future__ import annotations

from pathlib import Path

import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.progress import ConsoleProgress
from orchestrator.app.catalogue import catalogue
from orchestrator.app.pythons import working
from orchestrator.world import World
from tests.docker.test_what_limits import WORLD, measured

# The Docker SDK leaves a log that was not read completely to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")

SERVICE, WORKLOAD, DATABASE = "starlette", "rows", "postgres"
STARVED = 0.1
"""Of a CPU. With less, the database would take longer to fill itself than a run waits for it."""


@pytest.fixture(scope="module")
def world() -> World:
    """The world whose images have what the workload needs."""
    return working(WORLD, [catalogue(WORLD.root).contract[WORKLOAD]], ConsoleProgress())


@pytest.fixture(scope="module")
def compose(world: World) -> Compose:
    assert isinstance(world.compose, Compose)
    return world.compose


@pytest.mark.parametrize("cpus", [STARVED, None], ids=["starved", "usual"])
def test_a_database_with_a_tenth_of_a_cpu_is_the_limit_and_the_usual_one_is_not(
    engine: DockerEngine, tmp_path: Path, world: World, cpus: float | None
) -> None:
    record = measured(
        engine,
        tmp_path,
        world=world,
        service=SERVICE,
        workload=WORKLOAD,
        companions={DATABASE: None if cpus is None else {"cpus": cpus}},
    )
    (database,) = record.companions
    assert database.name == DATABASE
    assert database.cpu_limit == (cpus or 1.0)
    assert (record.limited_by == "database") is (cpus == STARVED), record.limited_by_evidence
    assert record.hold is not None
    assert record.hold.failures == 0
