"""Cleaning up at the end of a block, and failures of the clean-up."""

from __future__ import annotations

import pytest

from orchestrator.adapters.clearing import afterwards
from orchestrator.errors import EnvironmentMissing


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
