"""Cleaning up at the end of a block, and failures of the clean-up."""

from __future__ import annotations

import signal

import pytest

from orchestrator import interrupts
from orchestrator.adapters.clearing import afterwards
from orchestrator.errors import EnvironmentMissing
from orchestrator.interrupts import Interrupts


def fails(what: str) -> None:
    raise EnvironmentMissing(f"{what} cannot be removed")


def test_all_steps_are_taken_even_if_one_fails() -> None:
    taken: list[str] = []
    with (
        pytest.raises(EnvironmentMissing, match=r"^a cannot be removed; c cannot be removed$"),
        afterwards(lambda: fails("a"), lambda: taken.append("b"), lambda: fails("c")),
    ):
        pass
    assert taken == ["b"]


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit, ValueError])
def test_a_failing_step_does_not_replace_the_blocks_exception(kind: type[BaseException]) -> None:
    taken: list[str] = []
    with (
        pytest.raises(kind) as ended,
        afterwards(lambda: fails("a"), lambda: taken.append("b")),
    ):
        raise kind
    assert ended.value.__notes__ == ["a cannot be removed"]
    assert taken == ["b"]


def test_an_interrupt_skips_no_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupts, "_OURS", Interrupts())
    taken: list[str] = []

    def interrupted() -> None:
        interrupts._OURS.take(signal.SIGINT, None)
        taken.append("a")

    with (
        pytest.raises(KeyboardInterrupt),
        afterwards(interrupted, lambda: taken.append("b")),
    ):
        pass
    assert taken == ["a", "b"]
