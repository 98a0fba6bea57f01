"""Real Locust processes against a server that counts: no request is lost or invented."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from labload.workloads import contract_path, read_workloads

LOCUSTFILE = Path(__file__).parents[2] / "loadgen" / "locustfile.py"
BODY = read_workloads(contract_path())["json"].body
RAMP: dict[str, Any] = {
    "users": [2, 4, 8],
    "step_s": 0.5,
    "settle_s": 0.3,
    "duration_s": 3,
    "connect_timeout_s": 1,
    "request_timeout_s": 1,
}


def answer(status: str = "200 OK", body: bytes = BODY, extra: str = "") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}{extra}\r\n".encode() + body


class CountingServer(asyncio.Protocol):
    """Answers each request with `response` and counts it; from `bad_after` on with `bad`."""

    def __init__(self, response: bytes, bad: bytes = b"", bad_after: int | None = None) -> None:
        self.requests = 0
        self.url = ""
        self._response, self._bad, self._bad_after = response, bad, bad_after

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Handle one connection."""
        try:
            while (await reader.readuntil(b"\r\n\r\n")).startswith(b"GET /json HTTP/1.1\r\n"):
                self.requests += 1
                is_bad = self._bad_after is not None and self.requests > self._bad_after
                response = self._bad if is_bad else self._response
                writer.write(response)
                await writer.drain()
                # Slow enough to leave a shared CPU to Locust.
                await asyncio.sleep(0.002)
                if b"Connection: close" in response:
                    break
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@contextmanager
def running(server: CountingServer) -> Iterator[CountingServer]:
    """`server`, listening on a free port in a thread of its own."""
    loop = asyncio.new_event_loop()
    listener = loop.run_until_complete(asyncio.start_server(server.serve, "127.0.0.1", 0))
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

    def __init__(self, stack: ExitStack, url: str, ramp: dict[str, Any], workers: int) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        self.master = stack.enter_context(
            _locust(
                *("--master", "--master-bind-host=127.0.0.1", f"--master-bind-port={port}"),
                *("--headless", f"--expect-workers={workers}", "--expect-workers-max-wait=15"),
                *(f"--host={url}", "--only-summary", f"--ramp={json.dumps(ramp)}"),
            )
        )
        self.workers = [
            stack.enter_context(
                _locust("--worker", "--master-host=127.0.0.1", f"--master-port={port}")
            )
            for _ in range(workers)
        ]

    def events(self) -> Iterator[dict[str, Any]]:
        """The events until the master ends."""
        assert self.master.stdout is not None
        for line in self.master.stdout:
            event = json.loads(line)
            assert event["lab"] == 1
            yield event


@contextmanager
def _locust(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), *arguments],
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
    server: CountingServer, *, workers: int = 1, ramp: dict[str, Any] = RAMP
) -> list[dict[str, Any]]:
    """The events of a whole trial; Locust's shutdown, two more seconds, is not waited for."""
    with running(server), ExitStack() as stack:
        events = []
        for event in Trial(stack, server.url, ramp, workers).events():
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
    """What must hold of every result, whatever the server did."""
    requests = sum(step["requests"] for step in result["steps"])
    failed = sum(failures(result).values())
    assert served - result["unfinished"] <= requests <= served
    assert result["unfinished"] == sum(step["unfinished"] for step in result["steps"])
    last = result["steps"][-1]
    assert last["unfinished"] <= last["users"]  # each has one request under way, nobody else any
    assert (result["locust"]["requests"], result["locust"]["failures"]) == (requests, failed)
    recorded = 0
    for step in result["steps"]:
        successes = step["requests"] - sum(step["failures"].values())
        count = HdrHistogram.decode(step["histogram"]).get_total_count()
        assert count == successes
        recorded += count
    assert sum(step["completed"] for step in result["steps"]) == recorded


@pytest.mark.parametrize(
    ("workers", "extra"),
    [(1, ""), (2, ""), (1, "Connection: close\r\n")],
    ids=["one worker", "two workers", "a connection for each request"],
)
def test_every_request_is_counted_once(workers: int, extra: str) -> None:
    server = CountingServer(answer(extra=extra))
    events = run(server, workers=workers)
    names = [event["event"] for event in events]
    assert (names[0], names[-1], names.count("result")) == ("ready", "result", 1)
    assert names.count("tick") in (2, 3)
    steps = [(e["phase"], e["users"]) for e in events if e["event"] == "step"]
    assert [phase for phase, _ in steps] == ["ramp", "ramp", "ramp", "settle", "hold"]
    assert [users for _, users in steps[:3]] == [2, 4, 8]

    result = events[-1]
    check_counts(result, server.requests)
    assert (result["workers"], result["ramp_ended"]) == (workers, "steps")
    assert not failures(result)
    assert steps[-1][1] == steps[result["best_index"]][1]
    assert result["duration_s"] == pytest.approx(3, abs=0.3)
    opened = sum(step["requests"] for step in result["steps"]) if extra else 8
    assert result["connects"] >= opened


@pytest.mark.parametrize(
    ("bad", "kind"),
    [
        (answer("500 Internal Server Error"), "bad_status"),
        (answer(body=b"{}"), "bad_body"),
        (answer(extra="Connection: close\r\n")[:-20], "eof"),
    ],
)
def test_failures_end_the_ramp_and_have_a_kind(bad: bytes, kind: str) -> None:
    server = CountingServer(answer(), bad, bad_after=400)
    result = run(server)[-1]
    check_counts(result, server.requests)
    assert result["ramp_ended"] == "drops"
    assert set(failures(result)) == {kind}


def test_a_server_that_is_not_there_is_refused_at_a_human_pace() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with ExitStack() as stack:
        trial = Trial(stack, url, RAMP | {"duration_s": 1.2}, 1)
        result = list(trial.events())[-1]
        assert trial.master.wait(10) == 0  # failures are data
    assert set(failures(result)) == {"connect_refused"}
    assert failures(result)["connect_refused"] <= 2 * 13
    assert result["best_had_drops"]


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM])
def test_a_lost_worker_is_a_failed_trial_not_a_smaller_number(end: signal.Signals) -> None:
    with running(CountingServer(answer())) as server, ExitStack() as stack:
        trial = Trial(stack, server.url, RAMP | {"step_s": 5, "duration_s": 12}, 2)
        events = []
        for event in trial.events():
            events.append(event)
            if event["event"] == "tick" and len(events) < 4:
                trial.workers[0].send_signal(end)
        assert trial.master.wait(10) == 3
    assert events[-1]["event"] == "failed"
    assert "1 of 2 workers" in events[-1]["reason"]
    assert "result" not in [event["event"] for event in events]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_master_that_is_stopped_says_so(end: signal.Signals) -> None:
    with running(CountingServer(answer())) as server, ExitStack() as stack:
        trial = Trial(stack, server.url, RAMP, 1)
        events = []
        for event in trial.events():
            events.append(event)
            if event["event"] == "tick" and len(events) < 5:
                trial.master.send_signal(end)
        assert trial.master.wait(10) == 3
    assert [e["event"] for e in events if e["event"] in ("result", "failed")] == ["failed"]


def test_workers_that_do_not_come_are_waited_for_in_vain() -> None:
    with ExitStack() as stack:
        began = time.monotonic()
        with _locust(
            *("--master", "--master-bind-port=0", "--headless", "--host=http://127.0.0.1:1"),
            *("--expect-workers-max-wait=1", f"--ramp={json.dumps(RAMP)}"),
        ) as master:
            stack.callback(master.kill)
            said, _ = master.communicate(timeout=20)
    assert master.returncode == 3
    assert json.loads(said)["reason"].startswith("0 of 1 workers connected")
    assert time.monotonic() - began < 15
