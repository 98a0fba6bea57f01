"""What becomes known of the host while a run goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.app.host_watch import HostWatch, steal_between
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing
from orchestrator.model.host import WholeMemory

SEEN = WholeMemory(of="host", limit_bytes=9, peak_bytes=5, oom_kills=0, swapped_bytes=0)


class Host:
    """A host that has these ticks, one after the other; the last stay."""

    def __init__(self, *ticks: tuple[int, int]) -> None:
        self.ticks = list(ticks)

    def cpu_ticks(self) -> tuple[int, int]:
        return self.ticks.pop(0) if len(self.ticks) > 1 else self.ticks[0]


class Memory:
    """It is watched, and then it has been like this."""

    def watched(self) -> Memory:
        return self

    def __enter__(self) -> Memory:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def seen(self) -> WholeMemory:
        return SEEN


class Engine:
    """An engine with these neighbours, one list after the other; then it is gone."""

    def __init__(self, *neighbours: Sequence[str]) -> None:
        self.lists = list(neighbours)

    def neighbours(self) -> list[str]:
        if not self.lists:
            raise EnvironmentMissing("no Docker engine answers")
        return list(self.lists.pop(0))


def watch(engine: Any, *ticks: tuple[int, int]) -> HostWatch:
    host: Any = Host(*ticks or ((0, 100),))
    memory: Any = Memory()
    return HostWatch(replace(real_world(), host=host, memory=memory), engine)


def test_who_ran_beside_it_once_is_told_though_it_is_gone() -> None:
    with watch(Engine(["a"], [], ["b"])) as watching:
        assert [watching.seen().neighbours for _ in range(3)] == [("a",), ("a",), ("a", "b")]


def test_what_was_before_the_measurement_is_in_no_number() -> None:
    with watch(Engine(["a"], []), (0, 100), (90, 200), (100, 300), (100, 400)) as watching:
        assert watching.seen().neighbours == ("a",)
        watching.measuring_begins()
        seen = watching.seen()
    assert (seen.steal, seen.neighbours) == (0.0, ())


def test_an_engine_that_is_gone_keeps_no_record_from_being_saved() -> None:
    with watch(Engine()) as watching:
        assert watching.seen().memory == SEEN


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        ((10, 1_000), (35, 2_000), 0.025),
        ((10, 1_000), (10, 2_000), 0.0),
        ((10, 1_000), (10, 1_000), None),
        (None, (10, 1_000), None),
        ((10, 1_000), None, None),
    ],
)
def test_the_share_of_time_that_was_stolen(
    before: tuple[int, int] | None, after: tuple[int, int] | None, share: float | None
) -> None:
    assert steal_between(before, after) == share
