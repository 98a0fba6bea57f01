"""A command's line is read as it was written."""

import pytest

from labwire.command import decode, encode


@pytest.mark.parametrize("seconds", [0.1, 0.4, 1 / 3, 2, 60.0])
def test_a_command_is_read_as_it_was_written(seconds: float) -> None:
    assert decode(encode(seconds) + "\n") == seconds


@pytest.mark.parametrize("line", ["", "soon", "0", "-0.4", "nan", "inf", "0.4 0.5"])
def test_what_is_no_length_of_a_step_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match="a step of "):
        decode(line)
