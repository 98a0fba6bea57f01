"""Ctrl-C acts at once, or at the end of a shielded block, and only once."""

import signal

import pytest

from orchestrator.interrupts import Interrupts


@pytest.fixture
def ours() -> Interrupts:
    return Interrupts()


def ctrl_c(ours: Interrupts) -> None:
    ours.take(signal.SIGINT, None)


def test_ctrl_c_interrupts_at_once(ours: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(ours)


def test_a_second_ctrl_c_changes_nothing(ours: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt):
        ctrl_c(ours)
    ctrl_c(ours)
    with ours.shielded():
        ctrl_c(ours)


def test_a_shielded_block_is_finished_first(ours: Interrupts) -> None:
    done = []
    with pytest.raises(KeyboardInterrupt), ours.shielded():
        with ours.shielded():
            ctrl_c(ours)
            done.append("inner")
        done.append("outer")
    assert done == ["inner", "outer"]


def test_an_interrupt_takes_precedence_over_an_error_of_the_block(ours: Interrupts) -> None:
    with pytest.raises(KeyboardInterrupt) as won, ours.shielded():
        ctrl_c(ours)
        raise OSError("the engine is gone")
    assert isinstance(won.value.__context__, OSError)


def test_without_an_interrupt_the_shield_changes_nothing(ours: Interrupts) -> None:
    with pytest.raises(OSError, match="as it is"), ours.shielded():
        raise OSError("as it is")
