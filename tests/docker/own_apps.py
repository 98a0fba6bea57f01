"""Small applications that are not the lab's, each in a folder of its own; `lab` called on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from orchestrator.adapters.compose import Compose
from orchestrator.model.blocks import LOCUST_WORKER
from tests.conftest import ROOT

WITHIN_S = 300

HANDLER = """\
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # one packet for head and body

    def do_GET(self):
        body = answer(self.path)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 1024


Server(("0.0.0.0", 8100), Handler).serve_forever()
"""
DOCKERFILE = """\
ARG BASE
FROM ${BASE}
WORKDIR /app
COPY . .
EXPOSE 8100
CMD ["python", "app.py"]
"""


def base() -> str:
    """The base image of Python that this host has."""
    return Compose(ROOT).containers()[LOCUST_WORKER].base_image


def application(folder: Path, answer: str, settings: str) -> Path:
    """Write an application: what it answers, as Python, and its ``lab.toml`` without its build."""
    folder.mkdir(parents=True)
    (folder / "app.py").write_text(f"import http.server\n{answer}\n\n{HANDLER}")
    (folder / "Dockerfile").write_text(DOCKERFILE)
    build = f"[build.args]\nBASE = {json.dumps(base())}\n"
    (folder / "lab.toml").write_text(f"port = 8100\nready_within = 20\n{settings}{build}")
    return folder


def lab(where: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """`lab` in another folder than its checkout."""
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", *map(str, words)],
        cwd=where,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (ROOT, ROOT / "loadgen")))},
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
        check=False,
    )
