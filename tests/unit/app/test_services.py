"""`lab verify` goes on after a bad service, and tells everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator import contract
from orchestrator.app import services
from orchestrator.app.catalogue import catalogue
from orchestrator.composition import real_world
from orchestrator.errors import TrialFailed
from orchestrator.ports import ContainerState
from orchestrator.world import World
from tests.conftest import ROOT
from tests.fakes import FakeContainer, FakeEngine, JournalProgress
from tests.unit.examples import container, probe

DEAD = ContainerState(running=False, exit_code=137, oom_killed=False, restarts=0, started_at=990.0)
MATE = container("mate", cpuset="0", healthcheck=("true",))
CONTAINERS = {
    "bottle": container("bottle"),
    "flask": container("flask", companions=("mate",)),
    "mate": MATE,
}


def verified(
    monkeypatch: pytest.MonkeyPatch, mate: FakeContainer, broken: TrialFailed | None = None
) -> dict[str, tuple[str, ...]]:
    """What is wrong with flask, which has the companion `mate`, and with bottle, after it."""
    servers = {
        "flask": FakeContainer("flask", probe()),
        "bottle": FakeContainer("bottle", TrialFailed("it does not answer", "the log")),
        "mate": mate,
    }
    engine = FakeEngine([], servers, broken={"mate": broken} if broken is not None else {})

    @contextmanager
    def alone(world: World, *_: object) -> Iterator[Any]:
        yield world, SimpleNamespace(engine=engine)

    monkeypatch.setattr(services, "alone_on", alone)
    monkeypatch.setattr(services, "checked", lambda *_: catalogue(ROOT))
    monkeypatch.setattr(contract, "problems", lambda *_: ("GET /json: status 500",))
    compose: Any = SimpleNamespace(containers=lambda: CONTAINERS)
    out: Any = JournalProgress([])
    world = replace(real_world(ROOT), compose=compose, out=out)
    return services.verify(world, ["flask", "bottle"])


def test_an_image_that_cannot_be_had_is_a_problem_of_its_service_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    broken = TrialFailed("mate: its image is not here")
    assert verified(monkeypatch, FakeContainer("mate"), broken) == {
        "flask": ("mate: its image is not here",),
        "bottle": ("it does not answer\nthe log",),
    }


def test_a_companion_that_ended_is_told_after_the_problems_of_its_service(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mate = FakeContainer("mate", state=DEAD, log="no disk")
    assert verified(monkeypatch, mate)["flask"] == (
        "GET /json: status 500",
        "its companion mate ended with exit code 137\nno disk",
    )
