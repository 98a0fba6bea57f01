"""The two programs that stay ready in wrk's image, with real sockets and processes."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic

from tests.conftest import ROOT

PROGRAMS = ROOT / "loadgen" / "crosscheck"


@contextmanager
def program(*words: str, path: str = "") -> Iterator[subprocess.Popen[str]]:
    with subprocess.Popen(
        words,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PATH": f"{path}:{os.environ['PATH']}"},
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def asked(process: subprocess.Popen[str], line: str) -> str:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()
    return process.stdout.readline()


def test_a_server_is_quiet_when_it_has_closed_every_connection_of_its_port() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as listener,
        socket.create_server(("127.0.0.1", 0)) as other,
        program(sys.executable, str(PROGRAMS / "quiet.py")) as quiet,
    ):
        port = listener.getsockname()[1]
        elsewhere = socket.create_connection(other.getsockname())
        assert asked(quiet, f"{port} 5").startswith("0 0.0")

        client = socket.create_connection(listener.getsockname())
        waiting = socket.create_connection(listener.getsockname())  # in the listen queue
        server, _ = listener.accept()
        assert asked(quiet, f"{port} 0.01").split()[::2] == ["2", "ESTABLISHED"]
        client.close()
        assert asked(quiet, f"{port} 0.01").split()[::2] == ["2", "CLOSE_WAIT"]
        waiting.close()
        server.close()
        assert asked(quiet, f"{port} 0.01").split()[::2] == ["1", "CLOSE_WAIT"]
        listener.accept()[0].close()
        assert asked(quiet, f"{port} 5").split()[0] == "0"
        elsewhere.close()


# A program in wrk's place. It opens its connections, the last one after a while, and SIGINT ends
# it. It tells how often it was interrupted, and how long and since when all connections were open.
PRETENDER = f"""\
#!{sys.executable}
import os, select, signal, sys, time
interrupts = 0
def interrupt(*_):
    global interrupts
    interrupts += 1
    if interrupts == INTERRUPTS:
        print(sys.argv[1:], interrupts, time.monotonic() - opened, opened)
        sys.exit()
signal.signal(signal.SIGINT, interrupt)
epoll = select.epoll()
files = [os.dup(0) for _ in range(2)]
time.sleep(0.25)
opened = time.monotonic()
files.append(os.dup(0))
while True:
    signal.pause()
"""
TURNS = [sys.executable, str(PROGRAMS / "turns.py")]


def stands_for_wrk(folder: Path, text: str) -> str:
    """A folder with this program in wrk's place."""
    wrk = folder / "wrk"
    wrk.write_text(text)
    wrk.chmod(0o755)
    return str(folder)


def test_a_slice_begins_when_all_connections_exist_and_sigint_ends_it(tmp_path: Path) -> None:
    path = stands_for_wrk(tmp_path, PRETENDER.replace("INTERRUPTS", "1"))
    with program(*TURNS, "3", "--threads=1", "x y", path=path) as turns:
        assert turns.stdout is not None
        for _ in range(2):
            counts, end = asked(turns, "0.1 30"), turns.stdout.readline().split()
            now = monotonic()
            given, _, rest = counts.partition("] ")
            assert given == "['--connections=3', '--threads=1', 'x y'"
            interrupts, seconds, opened = map(float, rest.split())
            assert (interrupts, end[:2]) == (1, ["turn", "0"])
            known, unsure = map(float, end[2:])
            # Whatever delayed either process: the moment lies within these bounds.
            assert seconds <= known + unsure / 2 + 1e-6
            assert known - unsure / 2 - 1e-6 <= now - opened


def test_an_interrupt_that_wrk_did_not_hear_is_repeated(tmp_path: Path) -> None:
    path = stands_for_wrk(tmp_path, PRETENDER.replace("INTERRUPTS", "3"))
    with program(*TURNS, "3", path=path) as turns:
        assert asked(turns, "0.05 30").split()[1] == "3"


def test_a_wrk_that_ends_by_itself_ends_its_slice(tmp_path: Path) -> None:
    path = stands_for_wrk(tmp_path, "#!/bin/sh\necho unable to connect >&2; exit 1\n")
    with program(*TURNS, "3", path=path) as turns:
        assert turns.stdout is not None
        assert [asked(turns, "5 30"), turns.stdout.readline()] == [
            "unable to connect\n",
            "turn 1\n",
        ]


def test_without_all_connections_nobody_knows_when_the_slice_began(tmp_path: Path) -> None:
    path = stands_for_wrk(tmp_path, PRETENDER.replace("INTERRUPTS", "1"))
    with program(*TURNS, "4", path=path) as turns:
        assert turns.stdout is not None
        assert asked(turns, "0.1 1").startswith("['--connections=4'] 1 ")
        assert turns.stdout.readline() == "turn 0\n"
