"""Finds what a database limits: with a part of a CPU, the usual one, and one that is waited for."""

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
ONE_AT_A_TIME = "orm-django", "orm-twenty"
STARVED = 0.1
"""Of a CPU. With less, the database would take longer to fill itself than a run waits for it."""


@pytest.fixture(scope="module")
def world() -> World:
    """The world whose images have what the workload needs."""
    contract = catalogue(WORLD.root).contract
    return working(WORLD, [contract[WORKLOAD], contract[ONE_AT_A_TIME[1]]], ConsoleProgress())


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


def test_a_server_that_answers_one_request_at_a_time_waits_for_its_database(
    engine: DockerEngine, tmp_path: Path, world: World
) -> None:
    service, workload = ONE_AT_A_TIME
    record = measured(
        engine,
        tmp_path,
        world=world,
        service=service,
        workload=workload,
        companions={DATABASE: None},
    )
    assert record.limited_by == "database-wait", record.limited_by_evidence
