"""Commands print readable text for any input and any encoding."""

from __future__ import annotations

import io
import sys

import pytest

from orchestrator.adapters.progress import ConsoleProgress, on_stderr
from orchestrator.streams import prepared


def terminal(monkeypatch: pytest.MonkeyPatch, name: str, encoding: str) -> io.BytesIO:
    """Replace stdout or stderr by a stream with this encoding, and return its bytes."""
    written = io.BytesIO()
    stream = io.TextIOWrapper(written, encoding=encoding, write_through=True)
    monkeypatch.setattr(sys, name, stream)
    return written


def test_a_terminal_gets_no_control_characters(monkeypatch: pytest.MonkeyPatch) -> None:
    written = terminal(monkeypatch, "stdout", "utf-8")
    with prepared():
        sys.stdout.write("a\x1b]0;title\x07b \x1b[2Jc\x85d\u202ee\n")
        sys.stdout.writelines(["\x00f\n", "g\n"])
    assert written.getvalue().decode() == "a�]0;title�b c�d�e\n�f\ng\n"


@pytest.mark.parametrize("name", ["stdout", "stderr"])
def test_characters_that_an_encoding_lacks_are_replaced(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    written = terminal(monkeypatch, name, "ascii")
    with prepared():
        getattr(sys, name).write("Zürich ≥ 1 \udcff\n")
    assert written.getvalue() == b"Z?rich ? 1 ?\n"


def test_progress_output_cleans_its_own_texts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = terminal(monkeypatch, "stdout", "utf-8")
    errors = terminal(monkeypatch, "stderr", "ascii")
    with prepared():
        ConsoleProgress().note("a\x1b[2Jb\x07 [bold]c")
        ConsoleProgress().table("t\x1b", [("one\n", True)], [["x\x1b[31my\nz\x00"]])
        on_stderr().note("a\x1b[2J\x07ü")
    said = out.getvalue().decode()
    assert "ab� [bold]c\n" in said
    assert "xy z�" in said
    assert "\x1b" not in said
    assert errors.getvalue() == b"a??\n"


def test_afterwards_the_streams_are_restored() -> None:
    before = sys.stdout, sys.stderr
    with pytest.raises(KeyError), prepared():
        raise KeyError
    assert (sys.stdout, sys.stderr) == before
