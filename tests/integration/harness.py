"""Real Locust masters and workers, and servers that count what reaches them."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from hdrh.histogram import HdrHistogram

from labload.workloads import contract_path
from labwire.command import encode
from labwire.contract import read_contract
from labwire.protocol import VERSION

LOCUSTFILE = Path(__file__).parents[2] / "loadgen" / "locustfile.py"
BODY = read_contract(contract_path())["json"].right.body
RAMP: dict[str, Any] = {
    "lab": VERSION,
    "users": [2, 4, 8],
    "step_s": 0.5,
    "settle_s": 0.3,
    "duration_s": 3,
    "connect_timeout_s": 1,
    "request_timeout_s": 1,
    "open_s": 0,
    "open_shares": [],
    "open_rate": None,
    "open_users": None,
}


def answer(status: str = "200 OK", body: bytes = BODY, extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}{extra}\r\n".encode() + body


class CountingServer:
    """Answers each request with `response` and counts it. Subclasses override `reply`."""

    def __init__(self, response: bytes = b"") -> None:
        self.requests = 0
        self.faults = 0
        self.url = ""
        self.response = response or answer()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it closes."""
        try:
            while await self.request(reader):
                self.requests += 1
                if not await self.reply(writer):
                    break
                # Slow enough to leave CPU time to Locust on a shared CPU.
                await asyncio.sleep(0.002)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    async def request(self, reader: asyncio.StreamReader) -> bool:
        """Read one request; whether it is the workload's."""
        return (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET /json HTTP/1.1\r\n")

    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        """Answer one request, and return whether the connection stays open."""
        writer.write(self.response)
        await writer.drain()
        return b"Connection: close" not in self.response


@contextmanager
def running(server: CountingServer, backlog: int = 100) -> Iterator[CountingServer]:
    """Run `server` on a free port in its own thread."""
    loop = asyncio.new_event_loop()
    listener = loop.run_until_complete(
        asyncio.start_server(server.serve, "127.0.0.1", 0, backlog=backlog)
    )
    server.url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
        listener.close()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


class Trial:
    """A master and its workers; the master's events as they come."""

    def __init__(
        self,
        stack: ExitStack,
        url: str,
        ramp: dict[str, Any],
        workers: int,
        *options: str,
        worker_file: Path = LOCUSTFILE,
    ) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        self.master = stack.enter_context(
            locust(
                *("--master", "--master-bind-host=127.0.0.1", f"--master-bind-port={port}"),
                *("--headless", f"--expect-workers={workers}", "--expect-workers-max-wait=15"),
                *(f"--host={url}", "--only-summary", f"--ramp={json.dumps(ramp)}"),
                *options,
            )
        )
        self.workers = [
            stack.enter_context(
                locust(
                    *("--worker", "--master-host=127.0.0.1", f"--master-port={port}"),
                    file=worker_file,
                )
            )
            for _ in range(workers)
        ]

    def events(self) -> Iterator[dict[str, Any]]:
        """The events until the master ends."""
        assert self.master.stdout is not None
        for line in self.master.stdout:
            event = json.loads(line)
            assert event["lab"] == VERSION
            yield event

    def command(self, seconds: float) -> None:
        """Ask a commanded load for a step."""
        assert self.master.stdin is not None
        self.master.stdin.write(encode(seconds) + "\n")
        self.master.stdin.flush()


@contextmanager
def locust(*arguments: str, file: Path = LOCUSTFILE) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "locust", "-f", str(file), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "PYTHONPATH": str(LOCUSTFILE.parent)},
    )
    with process:
        watchdog = threading.Timer(30, process.kill)
        watchdog.start()
        try:
            yield process
        finally:
            watchdog.cancel()
            process.kill()


def run(
    server: CountingServer, *options: str, workers: int = 1, ramp: dict[str, Any] = RAMP
) -> list[dict[str, Any]]:
    """The events of a whole trial, without waiting two more seconds for Locust's shutdown."""
    with running(server), ExitStack() as stack:
        events = []
        for event in Trial(stack, server.url, ramp, workers, *options).events():
            events.append(event)
            if event["event"] in ("result", "failed"):
                break
    assert events[-1]["event"] == "result", events[-1]
    return events


def failures(result: dict[str, Any]) -> dict[str, int]:
    kinds: dict[str, int] = {}
    for step in result["steps"]:
        for kind, count in step["failures"].items():
            kinds[kind] = kinds.get(kind, 0) + count
    return kinds


def check_counts(result: dict[str, Any], served: int) -> None:
    """Check what every result must fulfil, for any server."""
    closed = [step for step in result["steps"] if step["phase"] != "open"]
    requests = sum(step["requests"] for step in result["steps"])
    failed = sum(failures(result).values())
    assert served - result["unfinished"] <= requests <= served
    assert result["unfinished"] == sum(step["unfinished"] for step in result["steps"])
    last = closed[-1]
    assert last["unfinished"] <= last["users"]  # each user has one request under way
    assert result["locust"]["requests"] == sum(step["requests"] for step in closed)
    assert result["locust"]["failures"] <= failed
    recorded = 0
    for step in result["steps"]:
        successes = step["requests"] - sum(step["failures"].values())
        count = HdrHistogram.decode(step["histogram"]).get_total_count()
        assert count == successes
        recorded += count
    # Requests that end while the users change count in no step's rate.
    between = recorded - sum(step["completed"] for step in result["steps"])
    assert 0 <= between <= sum(step["users"] for step in result["steps"])
