"""Runs other programs (docker, git, pip) with a time limit and readable errors."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path

from orchestrator.errors import EnvironmentMissing
from orchestrator.interrupts import shielded

SHOWN = 4
"""Number of a command's words that a message shows."""
GIT_WITHIN_S = 60


class NotThere(EnvironmentMissing):
    """The program does not exist, or may not be run."""


class TookTooLong(EnvironmentMissing):
    """A program did not end within its time limit, and was killed."""


def run(
    words: Sequence[str],
    *,
    within_s: float,
    remedy: str,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
    stdin: bytes = b"",
) -> subprocess.CompletedProcess[bytes]:
    """Run a program to its end; return its exit code and everything that it printed.

    Args:
        remedy: what to do if the program is missing.
        environment: in addition to this process's own.

    Raises:
        NotThere: the program does not exist, or may not be run.
        TookTooLong: it did not end within ``within_s``, and was killed with all its children:
            `docker` starts `docker-compose`, which would keep the output pipes open.
    """
    with ExitStack() as started:
        try:
            with shielded():  # no interrupt between its start and the assignment
                process = started.enter_context(
                    subprocess.Popen(
                        words,
                        cwd=cwd,
                        env={**os.environ, **(environment or {})},
                        stdin=subprocess.PIPE,
                        stdout=subprocess.PIPE,
                        stderr=subprocess.PIPE,
                        process_group=0,
                    )
                )
                # If an exception ends this block early, the program must not outlive it.
                started.push(lambda kind, *_: _kill(process) if kind else None)
        except OSError as error:
            raise NotThere(f"no `{words[0]}` command ({error.strerror}); {remedy}") from error
        try:
            out, err = process.communicate(stdin, timeout=within_s)
        except subprocess.TimeoutExpired as error:
            raise TookTooLong(
                f"`{' '.join(words[:SHOWN])}` did not end within {within_s:g} s and was stopped: "
                f"find out what it waits for (`docker info`, disk, network), and try again"
            ) from error
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def said(done: subprocess.CompletedProcess[bytes]) -> str:
    """What it printed on stderr, as text."""
    return done.stderr.decode(errors="replace").strip()


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # it and its children have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
