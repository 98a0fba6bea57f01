"""The probe, run as a service's own Python runs it, against servers that speak HTTP differently."""

import json
import os
import re
import socket
import subprocess
import sys
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

PROBE = (Path(__file__).parents[2] / "orchestrator" / "adapters" / "probe.py").read_text()


class Server(threading.Thread):
    """Answers each request with the next of ``answers``; closes after those marked so."""

    def __init__(self, listener: socket.socket, answers: list[tuple[bytes, bool]]) -> None:
        super().__init__(daemon=True)  # a failed test must not wait for it
        self.requests: list[str] = []
        self.connections = 0
        self._listener, self._answers = listener, answers

    def run(self) -> None:
        answers = iter(self._answers)
        left = len(self._answers)
        while left:
            connection, _ = self._listener.accept()
            self.connections += 1
            with connection, connection.makefile("rb") as stream:
                while left and (head := self._head(stream)):
                    self.requests.append(head)
                    answer, closes = next(answers)
                    left -= 1
                    connection.sendall(answer)
                    if closes:
                        break

    def _head(self, stream: Any) -> str:
        lines = iter(stream.readline, b"\r\n")
        return b"".join(line or b"" for line in _until_closed(lines)).decode()


def _until_closed(lines: Iterator[bytes]) -> Iterator[bytes]:
    for line in lines:
        if not line:
            return
        yield line


@contextmanager
def serving(*answers: tuple[bytes, bool]) -> Iterator[tuple[Server, int]]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = Server(listener, list(answers))
        server.start()
        yield server, listener.getsockname()[1]
        server.join(timeout=30)
        assert not server.is_alive()


def run_probe(
    port: int, *paths: str, wait_s: str = "10", **variables: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", PROBE, str(port), wait_s, *paths],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, **variables},
    )


def told(port: int, *paths: str) -> dict[str, Any]:
    done = run_probe(port, *paths)
    assert done.returncode == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    return document


HELLO = b"Content-Type: text/plain\r\nContent-Length: 5\r\n"


@pytest.mark.parametrize(
    ("response", "closes", "keep_alive"),
    [
        pytest.param(
            b"HTTP/1.1 200 OK\r\n" + HELLO + b"\r\nHello", False, True, id="content-length"
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nConnection: Close\r\n" + HELLO + b"\r\nHello",
            True,
            False,
            id="said to close",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n"
            b"2;ext=1\r\nHe\r\n3\r\nllo\r\n0\r\n\r\n",
            False,
            True,
            id="chunked",
        ),
        pytest.param(
            b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nHello",
            True,
            False,
            id="delimited by closing",
        ),
        pytest.param(b"HTTP/1.0 200 OK\r\n" + HELLO + b"\r\nHello", True, False, id="HTTP/1.0"),
        pytest.param(
            b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n" + HELLO + b"\r\nHello",
            False,
            True,
            id="HTTP/1.0 kept alive",
        ),
    ],
)
def test_both_answers_are_read_whole(response: bytes, closes: bool, keep_alive: bool) -> None:
    with serving((response, closes), (response, closes)) as (server, port):
        document = told(port, "/text")
    assert [{**a, "body": b64decode(a["body"])} for a in document["answers"]] == 2 * [
        {
            "path": "/text",
            "status": 200,
            "content_type": "text/plain",
            "body": b"Hello",
            "keep_alive": keep_alive,
        }
    ]
    assert server.connections == (1 if keep_alive else 2)


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
GONE = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


def test_each_path_is_asked_twice_on_a_connection_of_its_own() -> None:
    with serving((OK, False), (OK, True), (GONE, False), (GONE, True)) as (server, port):
        document = told(port, "/json", "/text")
    assert [head.split("\r\n")[0] for head in server.requests] == [
        "GET /json HTTP/1.1",
        "GET /json HTTP/1.1",
        "GET /text HTTP/1.1",
        "GET /text HTTP/1.1",
    ]
    assert server.connections == 2
    assert [answer["status"] for answer in document["answers"]] == [200, 200, 404, 404]


def test_the_installation_is_told_beside_the_answers() -> None:
    with serving((OK, False), (OK, True)) as (_, port):
        document = told(port, "/json")
    assert document["python"] == sys.version.replace("\n", " ")
    pytest_itself = document["distributions"]["pytest"]
    assert pytest_itself["version"] == pytest.__version__
    assert pytest_itself["requires_python"].startswith(">=3.")
    assert document["nofile"] > 0
    assert document["answered_at"] > 1e9


def installed(site: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the probe tells of distributions in this folder: versions, and how large they are."""
    with serving((OK, False), (OK, True)) as (_, port):
        done = run_probe(port, "/json", PYTHONPATH=str(site))
    sizes = subprocess.run(
        [sys.executable, "-c", PROBE, "sizes"],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(site)},
    )
    return json.loads(done.stdout)["distributions"], json.loads(sizes.stdout)


def test_a_distribution_is_as_large_as_its_listed_files_that_exist(tmp_path: Path) -> None:
    info = tmp_path / "My_Framework-1.2.dist-info"
    info.mkdir()
    (tmp_path / "my").mkdir()
    (tmp_path / "my" / "a,b.py").write_text("x" * 1_000)
    (tmp_path / "script").write_text("x" * 20)
    (info / "METADATA").write_text("Name: x\nRequires-Python: >=3.8,<4\n\nRequires-Python: no")
    record = f'"my/a,b.py",sha256=x,1\n../{tmp_path.name}/script,,\nmy/gone.py,,9\n\n'
    (info / "RECORD").write_text(record)
    versions, sizes = installed(tmp_path)
    assert versions["my-framework"] == {"version": "1.2", "requires_python": ">=3.8,<4"}
    assert sizes["my-framework"] == 1_020
    assert sizes["pytest"] > 100_000


def test_what_its_metadata_does_not_tell_is_null(tmp_path: Path) -> None:
    (tmp_path / "bare-1.dist-info").mkdir()
    (tmp_path / "quiet-1.dist-info").mkdir()
    (tmp_path / "quiet-1.dist-info" / "METADATA").write_text("Name: quiet\n\nSaid nothing.\n")
    (tmp_path / "quiet-1.dist-info" / "RECORD").write_text("")
    versions, sizes = installed(tmp_path)
    assert versions["bare"] == versions["quiet"] == {"version": "1", "requires_python": None}
    assert (sizes["bare"], sizes["quiet"]) == (None, 0)


def test_of_two_installations_the_one_that_is_imported_counts(tmp_path: Path) -> None:
    (tmp_path / "pytest-0.1.dist-info").mkdir()
    versions, sizes = installed(tmp_path)
    assert (versions["pytest"]["version"], sizes["pytest"]) == ("0.1", None)


def test_a_server_that_never_listens_is_given_up() -> None:
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        done = run_probe(reserved.getsockname()[1], "/json", wait_s="0.1")
    assert done.returncode != 0
    assert done.stdout == ""
    assert "refused" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param([(b"", True)], "connection closed without an answer", id="no answer"),
        pytest.param(
            [(b"HTTP/1.1 200 OK\r\nContent-", True)], "ValueError", id="broken in a header"
        ),
        pytest.param(
            [(b"HTTP/1.1 200 OK\r\n", True)], "connection closed in the headers", id="no end"
        ),
        pytest.param(
            # A reset where the second request was on its way when the server closed.
            [(OK, True)],
            "closed without an answer|reset by peer",
            id="closed against its word",
        ),
        pytest.param([(b"220 smtp ready\r\n", True)], "Error", id="no HTTP"),
    ],
)
def test_an_answer_that_is_no_http_is_an_error(
    answers: list[tuple[bytes, bool]], said: str
) -> None:
    with serving(*answers) as (_, port):
        done = run_probe(port, "/json", wait_s="0.1")
    assert done.returncode != 0
    assert done.stdout == ""
    assert re.search(said, done.stderr.splitlines()[-1])
