"""Locust's own users count each request once, as the engine does, and as the server does."""

import json
from contextlib import ExitStack

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


@pytest.mark.parametrize("client", ["fasthttp", "http"])
@pytest.mark.parametrize("extra", ["", "Connection: close\r\n"], ids=["keep-alive", "close"])
def test_every_request_is_counted_once(client: str, extra: str) -> None:
    server = CountingServer(answer(extra=extra))
    result = run(server, f"--client={client}")[-1]
    check_counts(result, server.requests)
    assert not failures(result)
    assert all(step["idle"] is None for step in result["steps"])
    assert all(step["answered_users"] == step["users"] for step in result["steps"][:3])


def test_fasthttp_is_refused_more_users_than_its_file_descriptors_allow() -> None:
    with running(CountingServer()) as server, ExitStack() as stack:
        ramp = RAMP | {"users": [8, 901]}
        trial = Trial(stack, server.url, ramp, 1, "--client=fasthttp")
        events = list(trial.events())
    assert events[-1]["event"] == "failed"
    assert "901 users" in events[-1]["reason"]
    assert json.dumps(events).count("result") == 0


def test_an_open_loop_needs_the_engine() -> None:
    with running(CountingServer()) as server, ExitStack() as stack:
        ramp = RAMP | {"open_s": 1, "open_rate": 100}
        trial = Trial(stack, server.url, ramp, 1, "--client=http")
        events = list(trial.events())
    assert events[-1]["event"] == "failed"
    assert "--client engine" in events[-1]["reason"]


@pytest.mark.parametrize("options", [(), ("--rate=200",)], ids=["closed loop", "open loop"])
def test_without_workers_locusts_own_tables_are_right_too(options: tuple[str, ...]) -> None:
    with running(CountingServer()) as server:
        alone = ("--headless", "--users=4", "--spawn-rate=4", "--run-time=2s", "--json")
        with locust(*alone, f"--host={server.url}", *options) as process:
            said, _ = process.communicate(timeout=25)
    (entry,) = json.loads(said)
    assert (entry["name"], entry["num_failures"]) == ("/json", 0)
    assert 0 <= server.requests - entry["num_requests"] <= 4  # under way at the end
    if options:
        # Two seconds at 200/s, minus the time until users and schedule have started.
        assert 200 <= server.requests <= 410
