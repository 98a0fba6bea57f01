"""Ctrl-C: at once, or at the end of a block that must not be torn; and only once."""

import signal

import pytest

from orchestrator.interrupts import Interrupts


@pytest.fixture
def ours() -> Interrupts:
    return Interrupts()


def ctrl_c(ours: Interrupts) -> None:
    ours.take(signal.SIGINT, None)


def test_it_is_taken_at_once(ours: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(ours)


def test_a_second_one_changes_nothing(ours: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(ours)
    ctrl_c(ours)
    with ours.shielded():
        ctrl_c(ours)


def test_a_block_that_must_not_be_torn_is_done_to_its_end_first(ours: Interrupts) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), ours.shielded():
        with ours.shielded():
            ctrl_c(ours)
            done.append("inner")
        done.append("outer")
    assert done == ["inner", "outer"]


def test_it_wins_over_an_error_of_the_block(ours: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt) as won, ours.shielded():
        ctrl_c(ours)
        raise OSError("the engine is gone")
    assert isinstance(won.value.__context__, OSError)


def test_a_block_without_one_is_as_if_there_were_no_shield(ours: Interrupts) -> None:
    with pytest.raises(OSError, match="as it is"), ours.shielded():
        raise OSError("as it is")
