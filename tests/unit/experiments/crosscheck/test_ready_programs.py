"""The two programs that stay ready in wrk's image, with real sockets and a real shell."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

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


PRETENDER = """\
#!/bin/sh
trap 'echo "counts of $*"; exit 0' INT
echo "begun"
while :; do sleep 0.01; done
"""


@pytest.fixture
def pretender(tmp_path: Path) -> str:
    """A folder with a program in wrk's place that prints its counts when SIGINT ends it."""
    wrk = tmp_path / "wrk"
    wrk.write_text(PRETENDER)
    wrk.chmod(0o755)
    return str(tmp_path)


def test_each_line_is_a_slice_of_wrk_that_sigint_ends(pretender: str) -> None:
    with program("sh", str(PROGRAMS / "turns.sh"), "--threads=1", "x y", path=pretender) as turns:
        assert turns.stdout is not None
        for _ in range(2):
            said = [asked(turns, "0.05"), turns.stdout.readline(), turns.stdout.readline()]
            assert said == ["begun\n", "counts of --threads=1 x y\n", "turn 124\n"]


def test_a_wrk_that_ends_by_itself_ends_its_slice(tmp_path: Path) -> None:
    wrk = tmp_path / "wrk"
    wrk.write_text("#!/bin/sh\necho unable to connect >&2; exit 1\n")
    wrk.chmod(0o755)
    with program("sh", str(PROGRAMS / "turns.sh"), path=str(tmp_path)) as turns:
        assert turns.stdout is not None
        assert [asked(turns, "5"), turns.stdout.readline()] == ["unable to connect\n", "turn 1\n"]
