"""A commanded load: steps at the host's word, each complete when it is reported."""

import asyncio
import json
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from labwire.client import CLIENTS
from tests.integration.harness import LOCUSTFILE, RAMP, CountingServer, Trial, running

COMMANDED = RAMP | {"users": [8], "commanded": True}


class Doors(CountingServer):
    """Knows how many connections there were, and how many there are."""

    def __init__(self) -> None:
        super().__init__()
        self.opened = self.open = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        self.open += 1
        try:
            await super().serve(reader, writer)
        finally:
            self.open -= 1


def stepped(
    server: Doors, seconds: list[float], *options: str, worker_file: Path = LOCUSTFILE
) -> list[dict[str, Any]]:
    """The steps that these commands made; after each, everything that was sent has ended."""
    steps = []
    with running(server), ExitStack() as stack:
        trial = Trial(stack, server.url, COMMANDED, 1, *options, worker_file=worker_file)
        events = trial.events()
        assert next(events)["event"] == "ready"
        for length in seconds:
            trial.command(length)
            event = next(events)
            assert event["event"] == "step_ended", event
            steps.append(event["step"] | {"served": server.requests, "opened": server.opened})
        trial.master.stdin.close()  # type: ignore[union-attr]
        assert list(events) == []
        assert trial.master.wait(15) == 0
    return steps


@pytest.mark.parametrize("client", CLIENTS)
def test_every_step_counts_what_the_server_counted_and_has_its_own_connections(client: str) -> None:
    steps = stepped(Doors(), [0.3, 0.2, 0.4], f"--client={client}")
    served = [step["requests"] + step["unfinished"] for step in steps]
    assert [step["served"] for step in steps] == [sum(served[:n]) for n in (1, 2, 3)]
    assert [step["opened"] for step in steps] == [8, 16, 24]
    for step, asked in zip(steps, [0.3, 0.2, 0.4], strict=True):
        assert step["failures"] == {}
        assert 0 < step["completed"] <= step["requests"]
        assert step["users"] == 8
        assert step["duration_s"] > 0.9 * asked


SLOW_TO_LISTEN = """
import gevent
from locust import events

events.init.add_listener(lambda **_: gevent.sleep(0.7))
from locustfile import *
"""


@pytest.mark.parametrize("client", CLIENTS)
def test_nothing_is_said_to_a_worker_that_does_not_listen_yet(client: str, tmp_path: Path) -> None:
    """A worker is connected before it can take messages, and Locust drops what comes too early."""
    slow = tmp_path / "slow_locustfile.py"
    slow.write_text(SLOW_TO_LISTEN)
    (step,) = stepped(Doors(), [0.3], f"--client={client}", worker_file=slow)
    assert step["served"] == step["requests"] + step["unfinished"]


@pytest.mark.parametrize("line", ["soon", "0", "-1", "nan", "inf"])
def test_a_wrong_command_ends_the_load_with_its_reason(line: str) -> None:
    with running(Doors()) as server, ExitStack() as stack:
        trial = Trial(stack, server.url, COMMANDED, 1)
        assert trial.master.stdin is not None
        trial.master.stdin.write(f"{line}\n")
        trial.master.stdin.flush()
        last = list(trial.events())[-1]
        assert (last["event"], json.dumps(line)[1:-1] in last["reason"]) == ("failed", True)
        assert trial.master.wait(15) == 3


def test_a_lost_worker_ends_the_load_with_its_reason() -> None:
    with running(Doors()) as server, ExitStack() as stack:
        trial = Trial(stack, server.url, COMMANDED, 1)
        events = trial.events()
        assert next(events)["event"] == "ready"
        trial.command(0.2)
        assert next(events)["event"] == "step_ended"
        trial.workers[0].kill()
        trial.command(0.2)
        last = list(events)[-1]
        assert last["event"] == "failed"
        assert "of 1 workers" in last["reason"]
