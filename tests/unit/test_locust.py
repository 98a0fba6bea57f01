"""The words that start a headless Locust master, and what it says."""

from typing import Any

import pytest

from orchestrator.adapters.locust import LocustLoad, master_command
from orchestrator.errors import TrialFailed
from orchestrator.model.load import LoadFailed
from orchestrator.plan import PROFILES


def test_the_command_of_a_master() -> None:
    assert master_command("127.0.0.1", "json", PROFILES["smoke"], workers=3) == [
        "--headless",
        "--master",
        "--expect-workers=3",
        "--expect-workers-max-wait=30",
        "--exit-code-on-error=0",
        "--host=http://127.0.0.1:8000",
        "--workload=json",
        '--ramp={"users": [4, 16, 64], "step_s": 0.5, "settle_s": 0.5, "duration_s": 3.0, '
        '"connect_timeout_s": 0.4, "request_timeout_s": 0.4}',
    ]


class Following:
    """An engine whose master says these lines."""

    def __init__(self, *lines: str) -> None:
        self._lines = lines

    def follow(self, container: object) -> tuple[str, ...]:
        return self._lines


def load(*lines: str) -> LocustLoad:
    engine: Any = Following(*lines)
    return LocustLoad(engine, engine, [])


def test_the_masters_events_without_its_other_output() -> None:
    said = load("starting", '{"lab":1,"event":"failed","reason":"no workers"}', "")
    assert list(said.events()) == [LoadFailed(reason="no workers")]


def test_an_event_that_is_not_understood_fails_the_trial_and_not_the_run() -> None:
    with pytest.raises(TrialFailed) as failed:
        list(load('{"lab":1,"event":"coffee"}').events())
    assert str(failed.value) == (
        'load: unknown event \'coffee\' from the load generator: {"lab":1,"event":"coffee"}'
    )
