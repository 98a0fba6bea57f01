"""A server is watched from inside its processes, and its reply becomes what the row says."""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from socket import socket
from typing import Any

import pytest

from labwire.exchange import Request
from orchestrator.adapters.observing import (
    FOLDER,
    MARK,
    START,
    loading,
    read,
    source,
    watched,
)
from orchestrator.doubts.observed import observed_differences, unknowns
from orchestrator.errors import TrialFailed
from orchestrator.model.observed import Observed
from tests.unit.examples import JSON, container, server

HTTP_SERVER = """
import json, sys
from http.server import BaseHTTPRequestHandler, HTTPServer

class Quiet(BaseHTTPRequestHandler):
    def do_GET(self):
        body = json.dumps({"a": 1}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass

HTTPServer(("127.0.0.1", int(sys.argv[1])), Quiet).serve_forever()
"""
ASYNCIO = """
import asyncio, sys, ujson

async def serve(reader, writer):
    while await reader.readuntil(b"\\r\\n\\r\\n"):
        body = ujson.dumps({"a": 1}).encode()
        writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n%b" % (len(body), body))

async def main():
    server = await asyncio.start_server(serve, "127.0.0.1", int(sys.argv[1]), backlog=33)
    await server.serve_forever()

asyncio.run(main())
"""


def seen(folder: Path, program: str, *, times: int = 3, status: int = 200) -> Observed:
    """What is observed of a program on this machine, which gets its port as an argument."""
    with socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    at = str(folder / "observed")
    text = source("inside_process.py")
    started = [sys.executable, "-c", START, at, text, sys.executable, "-c", program, port]
    asked = b64encode(Request(path="/json").encoded("127.0.0.1")).decode()
    sent = f"{status}:{asked}"
    beside = [sys.executable, "-c", source("inside_load.py"), at, port, "30", "2", str(times)]
    with subprocess.Popen(started) as server:
        try:
            done = subprocess.run([*beside, sent], capture_output=True, text=True, timeout=60)
        finally:
            server.kill()
    return read(done.stdout)


def test_a_server_of_the_standard_library_is_observed(tmp_path: Path) -> None:
    runs = seen(tmp_path, HTTP_SERVER)
    assert runs.http_parsers == {"__main__.Quiet": "http.server"}
    assert (runs.event_loops, runs.json_calls, runs.answers) == ((), {"json": 6}, 6)
    assert (runs.workers, runs.threads, runs.backlogs) == (1, 1, (5,))
    assert runs.python.startswith("CPython 3.")
    assert (runs.gil, runs.free_threaded) == (True, False)


def test_answers_with_another_status_than_the_right_one_do_not_count(tmp_path: Path) -> None:
    with pytest.raises(TrialFailed, match="6 of 6 answers had the status 200"):
        seen(tmp_path, HTTP_SERVER, status=201)


def test_a_process_that_has_ended_but_was_not_waited_for_is_not_silent(tmp_path: Path) -> None:
    child = "import os, time; pid = os.fork()\nif not pid: time.sleep(0.2); os._exit(0)\n"
    runs = seen(tmp_path, child + HTTP_SERVER)
    assert (runs.troubles, runs.workers) == ((), 1)


def test_a_loop_a_library_and_an_unknown_parser_are_observed(tmp_path: Path) -> None:
    runs = seen(tmp_path, ASYNCIO)
    assert runs.event_loops == ("asyncio.unix_events._UnixSelectorEventLoop",)
    assert runs.json_calls == {"ujson": 6}
    assert runs.http_parsers == {}
    assert runs.backlogs == (33,)
    assert "ujson" in runs.compiled


def told(**changes: Any) -> dict[str, Any]:
    return {
        "pid": 7,
        "loops": ["uvloop.Loop"],
        "parsers": {"httptools.parser.parser.HttpRequestParser": "httptools"},
        "json": {"ujson": 10},
        "threads": 1,
        "compiled": ["ujson", "uvloop"],
        "not_loaded": ["yaml"],
        "python": "CPython 3.13.5",
        **changes,
    }


def said(processes: Sequence[dict[str, Any]], **changes: Any) -> str:
    reply = {
        "processes": processes,
        "silent": 0,
        "answers": 20,
        "others": {},
        "connections": 4,
        "broken": [],
        "backlogs": [2048],
        "most_backlog": 4096,
        **changes,
    }
    return f"a warning\n{MARK}{json.dumps(reply)}\n"


def test_only_processes_that_made_json_count() -> None:
    parent = told(pid=1, loops=["asyncio.Parent"], parsers={}, json={}, threads=0, compiled=["x"])
    worker = told(pid=8, json={"ujson": 4}, threads=3)
    assert read(said([parent, told(), worker])) == Observed(
        event_loops=("uvloop.Loop",),
        http_parsers={"httptools.parser.parser.HttpRequestParser": "httptools"},
        json_calls={"ujson": 14},
        answers=20,
        compiled=("ujson", "uvloop"),
        not_loaded=("yaml",),
        python="CPython 3.13.5",
        gil=True,
        free_threaded=False,
        workers=2,
        threads=3,
        backlogs=(2048,),
        most_backlog=4096,
    )


def test_if_no_call_was_counted_workers_and_threads_are_unknown() -> None:
    runs = read(said([told(json={}, parsers={}, loops=[]), told(json={})], backlogs=None))
    assert runs.event_loops == ("uvloop.Loop",)
    assert (runs.workers, runs.threads, runs.json_calls, runs.backlogs) == (None, None, {}, ())


@pytest.mark.parametrize(
    ("changes", "more", "trouble"),
    [
        ({"silent": 1}, [], "1 process of it did not say what runs there"),
        ({}, [{"pid": 3, "error": "KeyError: 'x'"}], "1 process of it did not say what runs"),
    ],
)
def test_a_process_that_says_nothing_leaves_workers_and_threads_unknown(
    changes: dict[str, Any], more: list[dict[str, Any]], trouble: str
) -> None:
    runs = read(said([told(), *more], **changes))
    assert (runs.workers, runs.threads) == (None, None)
    assert runs.json_calls == {"ujson": 10}
    assert runs.troubles[0].startswith(trouble)
    its = server(event_loop="uvloop", http_parser="httptools", backlog=2048, observed=runs)
    assert observed_differences(its) == ()
    assert unknowns(runs) == runs.troubles


def test_wrong_answers_and_failed_connections_are_told() -> None:
    runs = read(said([told()], answers=15, others={"500": 5}, broken=["reset"]))
    assert runs.answers == 15
    assert runs.troubles == (
        "5 of 20 answers had the status 500",
        "1 of 4 connections failed: reset",
    )
    assert runs.workers == 1


@pytest.mark.parametrize(
    ("printed", "why"),
    [
        ("Traceback\nOSError", "printed nothing"),
        (f"{MARK}{{}}", "printed an invalid line"),
        (
            said([told()], answers=0, broken=["refused", "reset"]),
            r"no request rightly \(2 of 4 connections failed: refused\)",
        ),
        (
            said([told()], answers=0, others={"500": 40}),
            r"no request rightly \(40 of 40 answers had the status 500\)",
        ),
        (said([], silent=2), r"says what it runs \(2 processes of it did not say"),
        (said([]), "may not be Python's, or ignores PYTHONPATH"),
        (said([{"pid": 3, "error": "KeyError: 'x'"}]), "KeyError: 'x'"),
    ],
)
def test_what_cannot_be_read_is_said(printed: str, why: str) -> None:
    with pytest.raises(TrialFailed, match=why):
        read(printed)


def test_unprintable_text_of_a_container_is_replaced() -> None:
    runs = read(said([told(loops=["evil\x1b[31m.Loop"])]))
    assert "\x1b" not in runs.event_loops[0]


@pytest.mark.parametrize(
    ("own", "program"),
    [
        (None, ("tini", "--", "python", "app.py")),
        (("gunicorn", "app:app"), ("tini", "--", "gunicorn", "app:app")),
    ],
)
def test_a_watched_container_runs_its_own_program_and_nothing_else_is_changed(
    own: tuple[str, ...] | None, program: tuple[str, ...]
) -> None:
    spec = container(command=own)
    found = watched(spec, ("tini", "--"), ("python", "app.py"))
    assert found.command == program
    assert found.entrypoint is not None
    assert found.entrypoint[:4] == ("python", "-c", START, FOLDER)
    assert found.memory_bytes == spec.memory_bytes
    assert found.image == spec.image


def test_the_load_of_an_observation_sends_the_requests_of_the_contract() -> None:
    command = loading([JSON], 8000, 4, 30.0)
    assert command[3:6] == [FOLDER, "8000", "30"]
    assert command[6] == "4"
    status, _, request = command[-1].partition(":")
    assert status == "200"
    assert request == b64encode(JSON.request.encoded("127.0.0.1:8000")).decode()
