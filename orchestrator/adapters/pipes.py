"""Connections to a program, most often in a container: bytes both ways."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.resources import files
from socket import SHUT_WR
from time import monotonic
from typing import Any, Protocol

AT_ONCE = 65_536
ENDS_WITHIN_S = 1.0
"""Seconds that the program may take to end after its stdin was closed; it needs about 20 ms."""
HEADER = 8
"""Bytes before each piece of an exec's output: stream, three zeros, length (Docker Engine API)."""


class Pipe(Protocol):
    """The stdin and the output of a program."""

    def send(self, data: bytes) -> None:
        """Write to its stdin. Raises OSError if the program has ended."""

    def receive(self, within_s: float) -> bytes:
        """Wait for its next output; empty once the program has ended.

        Raises:
            TimeoutError: nothing came in time.
        """


def program() -> str:
    """The source text of the program."""
    return files("orchestrator.adapters").joinpath("inside.py").read_text()


class EnginePipe:
    """A stream of the Docker engine to a program: its stdin one way, its output the other."""

    def __init__(self, stream: Any) -> None:
        """``stream``: what the SDK returns for the socket of an exec or an attach."""
        self._stream = stream
        self._sock = getattr(stream, "_sock", stream)
        self._unread = self._read_with_the_headers()

    def close(self) -> None:
        """Close it, without waiting for the program's end."""
        with suppress(OSError):
            self._stream._response.close()
        with suppress(OSError):
            self._sock.close()

    def send(self, data: bytes) -> None:
        """Write to its stdin. Raises OSError if the program has ended."""
        self._sock.sendall(data)

    def receive(self, within_s: float) -> bytes:
        """The next piece of its stdout or stderr; see `Pipe`."""
        deadline = monotonic() + within_s
        while True:
            length = int.from_bytes(self._unread[4:HEADER], "big")
            if len(self._unread) >= HEADER + length:
                piece = self._unread[HEADER : HEADER + length]
                self._unread = self._unread[HEADER + length :]
                if piece:
                    return piece
                continue
            self._sock.settimeout(max(deadline - monotonic(), 0.001))
            data = self._sock.recv(AT_ONCE)
            if not data:
                rest, self._unread = self._unread, b""
                return rest
            self._unread += data

    def _read_with_the_headers(self) -> bytes:
        """Early output that the SDK's HTTP client has already buffered, and would lose."""
        ahead = self._stream._response.raw._fp.fp
        self._sock.settimeout(0)
        data = ahead.read1(AT_ONCE) or b""
        self._sock.settimeout(ENDS_WITHIN_S)
        return data


class ExecPipe(EnginePipe):
    """A command run in a container of the Docker engine.

    Raises the SDK's own errors if the engine does not run it.
    """

    def __init__(
        self, api: Any, container_id: str, command: Sequence[str], *, stdin: bool = True
    ) -> None:
        """``stdin``: whether it has one; without, it reads an end at once."""
        self._api = api
        self._id = api.exec_create(container_id, list(command), stdin=stdin)["Id"]
        super().__init__(api.exec_start(self._id, socket=True))

    def __enter__(self) -> ExecPipe:
        return self

    def __exit__(self, *_: object) -> None:
        """Close its stdin, which ends the program, and wait for its end.

        Its memory counts as the container's, which is measured next.
        """
        with suppress(OSError):
            self._sock.shutdown(SHUT_WR)
            deadline = monotonic() + ENDS_WITHIN_S
            while (left := deadline - monotonic()) > 0 and self.receive(left):
                pass
        self.close()

    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        seen = self._api.exec_inspect(self._id)
        return None if seen["Running"] else seen["ExitCode"]


class LocalPipe:
    """Runs the program with this machine's Python: for tests and servers outside a container."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", program(), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
        )
        assert self._process.stdin and self._process.stdout  # noqa: S101 - both are PIPE above
        self._stdin, self._stdout = self._process.stdin, self._process.stdout

    def __enter__(self) -> LocalPipe:
        return self

    def __exit__(self, *_: object) -> None:
        """Kill the program, and wait for its end."""
        self._stdin.close()
        self._process.kill()
        self._stdout.close()
        self._process.wait()

    def send(self, data: bytes) -> None:
        """To its stdin."""
        self._stdin.write(data)

    def receive(self, within_s: float) -> bytes:
        """The next piece of its output; see `Pipe`."""
        if not select.select([self._stdout], [], [], max(within_s, 0))[0]:
            raise TimeoutError
        return os.read(self._stdout.fileno(), AT_ONCE)
