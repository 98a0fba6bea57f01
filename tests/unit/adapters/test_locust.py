"""The command of a headless Locust master, and its events."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from types import SimpleNamespace
from typing import Any

import pytest

from labload.workers.options import ramp_settings
from labwire import settings
from labwire.events import LoadFailed, encode
from labwire.protocol import VERSION
from labwire.settings import RampSettings
from orchestrator.adapters.locust import LocustGenerator, LocustLoad, master_command
from orchestrator.errors import TrialFailed
from orchestrator.model.entry import ContainerSpec
from orchestrator.model.placement import Network
from orchestrator.ports import Container
from tests.unit.examples import planned
from tests.unit.loadgen.workers.locust_parser import parser


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
        f'--ramp={{"lab":{VERSION},"users":[4,16,64],"step_s":0.5,"settle_s":0.5,"duration_s":3.0,'
        '"connect_timeout_s":0.4,"request_timeout_s":0.4,'
        '"open_s":0.0,"open_shares":[],"open_rate":null,"open_users":null,'
        '"server_cpu":1,"load_cpus":[0,2,3],"commanded":false}',
    ]


def test_the_command_of_a_master_with_an_open_loop() -> None:
    ramp = master_command("127.0.0.1", "json", planned(open_loop=True, rate=400.0).loading)[-1]
    assert '"open_s":1.0,"open_shares":[0.25,0.5,0.75],"open_rate":400.0,"open_users":null,' in ramp


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


def test_the_masters_events_without_its_other_output() -> None:
    said = load("starting", encode(LoadFailed(reason="no workers")), "")
    assert list(said.events()) == [LoadFailed(reason="no workers")]


def test_an_event_that_is_not_understood_fails_the_trial_and_not_the_run() -> None:
    coffee = f'{{"lab":{VERSION},"event":"coffee"}}'
    with pytest.raises(TrialFailed) as failed:
        list(load(coffee).events())
    assert str(failed.value) == f"unknown event 'coffee' from the load generator: {coffee}"


def test_an_image_of_another_version_fails_the_trial_and_is_to_be_rebuilt() -> None:
    with pytest.raises(TrialFailed) as failed:
        list(load('{"lab":1,"event":"ready","workers":1}').events())
    assert str(failed.value).startswith(
        "the load generator's image names version 1 of the lab's protocol, which has version "
        f"{VERSION} here: rebuild the image of the load generator: `make images`"
    )


def test_a_master_without_any_event_may_be_of_another_version() -> None:
    """So ends one that refuses the settings: what it says of them is in its log."""
    with pytest.raises(TrialFailed, match=r"ended before its first event.*`make images`"):
        list(load("usage: locust", "locust: error: argument --ramp").events())


@pytest.mark.parametrize("changes", [{}, {"open_loop": True, "rate": 400.0}, {"max_users": 7}])
def test_the_image_reads_of_the_command_what_the_host_meant(changes: dict[str, Any]) -> None:
    plan = planned(**changes)
    options, _ = parser().parse_known_args(master_command("127.0.0.1", "text", plan.loading))
    assert ramp_settings(options) == plan.loading.ramp
    assert (options.workload, options.client) == ("text", "engine")


def test_the_image_refuses_a_host_of_another_version(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(settings, "VERSION", VERSION + 1)
        command = master_command("127.0.0.1", "json", planned().loading)
    with pytest.raises(SystemExit):
        parser().parse_known_args(command)
    said = " ".join(capsys.readouterr().err.split())
    assert f"names version {VERSION + 1} of the lab's protocol" in said
    assert "`make images`" in said


def test_the_loads_settings_are_those_of_the_profile_and_the_cpus_of_the_placement() -> None:
    loading = planned().loading
    for name in {one.name for one in fields(RampSettings)} - {"commanded"}:
        source = loading.placement if name in ("server_cpu", "load_cpus") else loading.profile
        assert getattr(loading.ramp, name) == getattr(source, name)
    assert loading.ramp.commanded is False


def test_a_master_on_another_host_does_not_know_what_is_stolen_from_the_server() -> None:
    loading = planned().loading
    apart = replace(loading.placement, load_engine="another")
    ramp = replace(loading, placement=apart).ramp
    assert (ramp.server_cpu, ramp.load_cpus) == (None, apart.load_cpus)


@pytest.mark.parametrize("network", Network)
def test_master_and_workers_share_the_servers_network_in_loopback_mode_alone(
    network: Network,
) -> None:
    server: Any = SimpleNamespace(id="c0ffee", host="weblab-1-flask", port=8000)
    loading = planned(profile="smoke").loading
    loading = replace(loading, placement=replace(loading.placement, network=network))
    started: list[Container | None] = []

    class FakeEngine:
        @contextmanager
        def start(
            self, spec: ContainerSpec, *, beside: Container | None, **_: object
        ) -> Iterator[Any]:
            started.append(beside)
            yield SimpleNamespace(name="weblab-1-locust")

    engine: Any = FakeEngine()
    with LocustGenerator(engine).at(server, "json", loading):
        assert started == [server if network is Network.LOOPBACK else None] * 2
