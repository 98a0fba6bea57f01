"""Two parts of the tests at the same time: each may fail, and the output of both can be read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestrator.files.checkout import ROOT

SCRIPT = ROOT / "tests" / "beside.sh"
INTERRUPTED = """
import pathlib, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # so that none comes too early
told = pathlib.Path(sys.argv[1])
told.write_text("begun")
signal.sigwait([signal.SIGINT])
told.write_text("interrupted")
"""


def started(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        ["bash", str(SCRIPT), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def ended(*words: str) -> tuple[int, str]:
    with started(*words) as run:
        said, _ = run.communicate(timeout=30)
    return run.returncode, said


def test_they_run_at_the_same_time(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    os.mkfifo(one)
    os.mkfifo(other)  # each waits until the other has begun
    first = f"echo from the first > {one}; cat {other}"
    second = f"cat {one}; echo from the second > {other}"
    assert ended("sh", "-c", first, "--", "sh", "-c", second) == (
        0,
        "from the first\nfrom the second\n",
    )


@pytest.mark.parametrize(("first", "second", "code"), [(0, 0, 0), (3, 0, 1), (0, 4, 1), (3, 4, 1)])
def test_either_failure_is_one_and_the_output_of_both_is_shown(
    first: int, second: int, code: int
) -> None:
    words = ("sh", "-c", f"echo 1; echo one >&2; exit {first}", "--")
    found = ended(*words, "sh", "-c", f"echo two; exit {second}")
    assert found == (code, "two\n1\none\n")


@pytest.mark.parametrize("words", [(), ("true",), ("true", "--"), ("--", "true")])
def test_without_two_commands_it_says_what_it_takes(words: tuple[str, ...]) -> None:
    assert ended(*words) == (2, "beside.sh: give two commands, with -- between them\n")


def test_an_interrupt_ends_both(tmp_path: Path) -> None:
    """As Ctrl-C in a terminal, which reaches the second command and the script alone."""
    fifos = [tmp_path / "first", tmp_path / "second"]
    commands = []
    for fifo in fifos:
        os.mkfifo(fifo)
        commands.append((sys.executable, "-c", INTERRUPTED, str(fifo)))
    first, second = commands
    with started(*first, "--", *second) as run:
        assert [fifo.read_text() for fifo in fifos] == ["begun", "begun"]
        os.killpg(run.pid, signal.SIGINT)
        # The script interrupts the first command when the second has ended.
        assert [fifo.read_text() for fifo in reversed(fifos)] == ["interrupted", "interrupted"]
        run.communicate(timeout=30)
    assert run.returncode == 130
