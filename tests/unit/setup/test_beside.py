"""Two parts of the tests at the same time: each may fail, and the output of both can be read."""

from __future__ import annotations

import os
import signal
import subprocess
from pathlib import Path

import pytest

from orchestrator.files.checkout import ROOT

SCRIPT = ROOT / "tests" / "beside.sh"


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
    begun = tmp_path / "begun"
    os.mkfifo(begun)
    first = (
        "sh",
        "-c",
        # With `exit`, since the interrupt may come just before `sleep` begins.
        f"trap 'echo interrupted > {tmp_path}/first; exit' INT; echo > {begun}; sleep 60",
    )
    with started(*first, "--", "sleep", "60") as run:
        begun.read_text()
        os.killpg(run.pid, signal.SIGINT)
        run.communicate(timeout=30)
    assert run.returncode == 130
    assert (tmp_path / "first").read_text() == "interrupted\n"
