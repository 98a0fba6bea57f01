"""A base image is pulled or made only while no other run measures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.app import experiment as measuring
from orchestrator.app import services
from orchestrator.app.catalogue import catalogue
from orchestrator.app.experiment import measure
from orchestrator.app.pythons import alone_on
from orchestrator.app.services import verify
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing
from orchestrator.experiments.load import LOAD
from orchestrator.files.checkout import ROOT
from orchestrator.world import World
from tests.fakes import Journal, JournalProgress
from tests.unit.examples import JSON, settings


class Engine:
    """An engine that says what is done with it, or on which another run measures."""

    def __init__(self, journal: Journal, *, busy: bool = False) -> None:
        self._journal, self._busy = journal, busy

    @contextmanager
    def alone(self) -> Iterator[None]:
        if self._busy:
            raise EnvironmentMissing("another run measures")
        self._journal.append("alone")
        yield
        self._journal.append("no longer alone")

    def strangers(self) -> list[str]:
        return []

    def remove_leftovers(self) -> list[str]:
        return []


def world(journal: Journal, *, busy: bool = False) -> World:
    """A world whose base images are made as the journal says."""

    def connecting(where: str) -> Callable[[str], Any]:
        def connect(run_id: str) -> SimpleNamespace:
            journal.append(f"connect {run_id}{where}")
            return SimpleNamespace(engine=Engine(journal, busy=busy))

        return connect

    def on_python(version: str) -> World:
        journal.append(f"base image of {version}")
        return replace(usual, connect=connecting(f" on {version}"))

    out: Any = JournalProgress(journal)
    usual = replace(real_world(), connect=connecting(""), on_python=on_python, out=out, err=out)
    return usual


def test_the_base_image_is_made_while_no_other_run_can_begin() -> None:
    journal: Journal = []
    usual = world(journal)
    with alone_on(usual, "3.12", [JSON], "x", usual.out) as (there, _):
        assert there is not usual
    assert [line for line in journal if not line.startswith("note")] == [
        *("connect x", "alone", "base image of 3.12", "connect x on 3.12", "no longer alone")
    ]


def test_without_a_version_the_world_stays_as_it_is() -> None:
    journal: Journal = []
    usual = world(journal)
    with alone_on(usual, None, [JSON], "x", usual.out) as (there, _):
        assert there is usual
    assert journal == ["connect x", "alone", "no longer alone"]


@pytest.mark.parametrize("command", ["measure", "verify"])
def test_no_base_image_is_made_while_another_run_measures(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal: Journal = []
    busy = world(journal, busy=True)
    monkeypatch.setattr(measuring, "checked", lambda *_: catalogue(ROOT))
    monkeypatch.setattr(services, "checked", lambda *_: catalogue(ROOT))
    with pytest.raises(EnvironmentMissing, match="another run measures"):
        if command == "measure":
            measure(busy, LOAD, settings(python="3.12"), "lab run", tmp_path)
        else:
            verify(busy, ["flask"], "3.12")
    assert [line for line in journal if "base image of" in line] == []
    assert list(tmp_path.iterdir()) == []
