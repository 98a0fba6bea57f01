"""The command of a headless Locust master, and its events."""

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.adapters.locust import LocustLoad, master_command
from orchestrator.errors import TrialFailed
from orchestrator.model.load import LoadFailed
from tests.unit.examples import planned


def test_the_command_of_a_master() -> None:
    loading = planned(profile="smoke").loading
    loading = replace(loading, placement=replace(loading.placement, load_cpus=(0, 2, 3)))
    assert master_command("127.0.0.1", "json", loading) == [
        "--headless",
        "--master",
        "--expect-workers=3",
        "--expect-workers-max-wait=30",
        "--exit-code-on-error=0",
        "--host=http://127.0.0.1:8000",
        "--workload=json",
        "--client=engine",
        '--ramp={"users": [4, 16, 64], "step_s": 0.5, "settle_s": 0.5, "duration_s": 3.0, '
        '"connect_timeout_s": 0.4, "request_timeout_s": 0.4, '
        '"open_s": 0.0, "open_shares": [], "open_rate": null, "open_users": null}',
    ]


def test_the_command_of_a_master_with_an_open_loop() -> None:
    ramp = master_command("127.0.0.1", "json", planned(open_loop=True, rate=400.0).loading)[-1]
    assert ramp.endswith(
        '"open_s": 1.0, "open_shares": [0.25, 0.5, 0.75], "open_rate": 400.0, "open_users": null}'
    )


def test_the_command_of_a_master_with_a_client_of_locusts_own() -> None:
    assert "--client=fasthttp" in master_command("x", "json", planned(client="fasthttp").loading)


class Master:
    """A master that prints these lines."""

    def __init__(self, *lines: str) -> None:
        self._lines = lines

    def lines(self, within_s: float) -> tuple[str, ...]:
        return self._lines


def load(*lines: str) -> LocustLoad:
    master: Any = Master(*lines)
    return LocustLoad(master, [], within_s=1.0)


def test_other_output_of_the_master_is_left_out() -> None:
    said = load("starting", '{"lab":1,"event":"failed","reason":"no workers"}', "")
    assert list(said.events()) == [LoadFailed(reason="no workers")]


def test_an_event_that_is_not_understood_fails_the_trial_and_not_the_run() -> None:
    with pytest.raises(TrialFailed) as failed:
        list(load('{"lab":1,"event":"coffee"}').events())
    assert str(failed.value) == (
        'unknown event \'coffee\' from the load generator: {"lab":1,"event":"coffee"}'
    )
