"""A checkout with one more framework, `leaning`, that answers only while its companion does."""

from __future__ import annotations

import shutil
from pathlib import Path

from orchestrator.files.template import MARK, new_service
from tests.conftest import ROOT

SERVICE, COMPANION = "leaning", "mate"
IMAGE = f"weblab/{SERVICE}:local"
IN_THE_BLOCK = f"weblab/{SERVICE}:${{LAB_TAG:-local}}"

# It listens a while after its start, and spends some CPU time on each request.
PROGRAM = """
import socket, time
time.sleep(1)
listener = socket.create_server(('0.0.0.0', 9000), backlog=1024)
print('up', flush=True)
while True:
    caller, _ = listener.accept()
    sum(range(5000))
    caller.sendall(b'ok')
    caller.close()
"""
CHECK = "import socket; socket.create_connection(('127.0.0.1', 9000), 1)"
BLOCK = f"""\
  {COMPANION}:
    <<: *companion
    image: "${{LAB_PYTHON_313:-python:3.13-slim}}"
    command: ["python", "-c", {PROGRAM!r}]
    healthcheck: {{ test: ["CMD", "python", "-c", "{CHECK}"], interval: 1s, retries: 30 }}

"""
NEEDS = f"""\
    depends_on:
      values-locust-can-use: {{ condition: service_completed_successfully }}
      {COMPANION}: {{ condition: service_healthy }}
"""
ASKING = f"""\
import socket


def ask():
    with socket.create_connection(("{COMPANION}", 9000), timeout=2) as mate:
        if mate.recv(2) != b"ok":
            raise OSError("the companion does not answer")


def app(environ, start_response):
    ask()
"""


def checkout(folder: Path) -> Path:
    """A copy of what the repository tracks, and of what set-up wrote, with the new framework."""
    copy = folder / "lab"
    for name in ("services", "loadgen", "orchestrator", "results/published"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("docker-compose.yml", ".dockerignore", ".env"):
        if (ROOT / name).exists():
            shutil.copy(ROOT / name, copy / name)
    app = new_service(copy, SERVICE) / "app.py"
    app.write_text(replaced(app.read_text(), "def app(environ, start_response):\n", ASKING))
    compose = copy / "docker-compose.yml"
    own = f"    image: {IN_THE_BLOCK}\n"
    text = replaced(compose.read_text(), own, own + NEEDS)
    # In quotes of YAML, which knows Python's escapes of a line's end.
    block = BLOCK.replace(repr(PROGRAM), '"' + PROGRAM.replace("\n", "\\n") + '"')
    compose.write_text(replaced(text, MARK, block + MARK))
    return copy


def replaced(text: str, old: str, new: str) -> str:
    """``text`` with ``new`` in the one place of ``old``."""
    assert text.count(old) == 1, old
    return text.replace(old, new)
