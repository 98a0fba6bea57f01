"""No request is lost or counted twice, for any kind of failure or lost process."""

import json
import resource
import signal
import socket
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.integration.harness import (
    RAMP,
    CountingServer,
    Trial,
    answer,
    check_counts,
    failures,
    locust,
    run,
    running,
)


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


def test_refused_connections_are_retried_slowly() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with ExitStack() as stack:
        trial = Trial(stack, url, RAMP | {"duration_s": 1.2}, 1)
        result = list(trial.events())[-1]
        assert trial.master.wait(10) == 0  # failed requests do not make the load fail
    assert set(failures(result)) == {"connect_refused"}
    assert failures(result)["connect_refused"] <= 2 * 13
    assert result["best_had_drops"]


def only_one(events: list[dict[str, Any]], kind: str) -> bool:
    return [event["event"] for event in events].count(kind) == 1


@pytest.mark.parametrize("end", [signal.SIGKILL, signal.SIGTERM, signal.SIGSTOP])
def test_a_lost_worker_is_a_failed_trial_not_a_smaller_number(end: signal.Signals) -> None:
    with running(CountingServer(answer())) as server, ExitStack() as stack:
        trial = Trial(stack, server.url, RAMP | {"step_s": 5, "duration_s": 12}, 2)
        events = []
        for event in trial.events():
            events.append(event)
            if event["event"] == "tick" and only_one(events, "tick"):
                trial.workers[0].send_signal(end)
        assert trial.master.wait(10) == 3
    assert events[-1]["event"] == "failed"
    assert "1 of 2 workers" in events[-1]["reason"]
    assert "result" not in [event["event"] for event in events]


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_master_reports_it(end: signal.Signals) -> None:
    with running(CountingServer(answer())) as server, ExitStack() as stack:
        trial = Trial(stack, server.url, RAMP, 1)
        events = []
        for event in trial.events():
            events.append(event)
            if event["event"] == "tick" and only_one(events, "tick"):
                trial.master.send_signal(end)
        assert trial.master.wait(10) == 3
    assert [e["event"] for e in events if e["event"] in ("result", "failed")] == ["failed"]


def test_a_master_fails_if_its_workers_do_not_come() -> None:
    with ExitStack() as stack:
        began = time.monotonic()
        with locust(
            *("--master", "--master-bind-port=0", "--headless", "--host=http://127.0.0.1:1"),
            *("--expect-workers-max-wait=1", f"--ramp={json.dumps(RAMP)}"),
        ) as master:
            stack.callback(master.kill)
            said, _ = master.communicate(timeout=20)
    assert master.returncode == 3
    assert json.loads(said)["reason"].startswith("only 0 of 1 workers connected")
    assert time.monotonic() - began < 15


def test_ten_thousand_connections_from_one_worker() -> None:
    users = 10_000
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    long = {"step_s": 12, "duration_s": 12, "connect_timeout_s": 30, "request_timeout_s": 30}
    try:
        with running(CountingServer(), backlog=4096) as server, ExitStack() as stack:
            trial = Trial(stack, server.url, RAMP | long | {"users": [users]}, 1)
            result = next(e for e in trial.events() if e["event"] in ("result", "failed"))
            memory = peak_memory_mb(trial.workers[0].pid)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert result["event"] == "result", result
    (step,) = result["steps"]
    assert failures(result) == {}
    assert step["answered_users"] == step["users"] == users
    assert result["connects"] == users
    assert memory < 500, f"{memory:.0f} MB, more than half of what a container has"


def peak_memory_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1000
