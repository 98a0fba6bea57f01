"""Launches of several servers: whose failure it is, and what a slice costs."""

from typing import Any

import pytest

from labwire.slices import Aim, Served, Slice, decode_command, encode
from orchestrator.bench.paced import REQUESTS_LEAST, WARM_UP, Pace
from orchestrator.bench.servers_failed import ServersFailed
from orchestrator.bench.together import MOST_SERVERS, launched, started
from orchestrator.errors import ServerFailed, TrialFailed
from orchestrator.ports import ContainerState
from tests.fakes import FakeContainer, FakeEngine, FakeSliceLoad, Journal
from tests.unit.examples import container

PACE = Pace(requests=50, rate=900.0)


def done(*failures: dict[str, int], completed: int = 50) -> Slice:
    servers = tuple(
        Served(requests=50, failures=kinds, completed=completed, connects=0, histogram="")
        for kinds in failures
    )
    return Slice(servers=servers, duration_s=0.25, idle=0.4)


def servers(cpu_s: dict[str, list[Any]], journal: Journal) -> dict[str, FakeContainer]:
    return {
        name: FakeContainer(name, cpu_s=values, log=f"the log of {name}", journal=journal)
        for name, values in cpu_s.items()
    }


def in_a_launch(
    cpu_s: dict[str, list[Any]], slices: list[Any], journal: Journal | None = None, **engine: Any
) -> Any:
    journal = [] if journal is None else journal
    load = FakeSliceLoad(journal, slices)
    there = FakeEngine(journal, servers(cpu_s, journal), **engine)
    specs = {name: container(name) for name in cpu_s}
    return launched(specs, 7, there, load)


def test_cpu_time_is_that_of_each_server_for_a_request() -> None:
    journal: Journal = []
    cpu_s = {"flask": [1.0, 1.025], "sanic": [4.0, 4.005]}
    with in_a_launch(cpu_s, [done({}, {})], journal) as those:
        assert those.slice(PACE, 3) == pytest.approx({"flask": 500.0, "sanic": 100.0})
    assert journal == [
        "start flask with hash seed 7",
        "start sanic with hash seed 7",
        "aim flask sanic",
        "spread 50 900 3",
        "remove sanic",
        "remove flask",
    ]


def test_failed_requests_name_every_server_that_failed_with_its_log() -> None:
    wrong = done({"bad_status": 2}, {}, {"reset": 1, "timeout": 4})
    cpu_s = {"flask": [1.0], "sanic": [1.0], "bottle": [1.0]}
    with pytest.raises(ServersFailed) as failed, in_a_launch(cpu_s, [wrong]) as those:
        those.slice(PACE, 1)
    assert {name: why.reason for name, why in failed.value.failures.items()} == {
        "flask": "2 of 50 requests failed: 2 bad_status",
        "bottle": "5 of 50 requests failed: 1 reset, 4 timeout",
    }
    assert failed.value.failures["flask"].log_tail == "the log of flask"
    assert "the log of sanic" not in failed.value.log_tail


def test_a_container_that_does_not_start_is_named() -> None:
    refused = {"sanic": TrialFailed("the engine refused", "its log")}
    with (
        pytest.raises(ServersFailed, match="sanic: the engine refused") as failed,
        in_a_launch({"flask": [], "sanic": []}, [], refused=refused),
    ):
        pass
    assert list(failed.value.failures) == ["sanic"]


def test_a_server_that_the_load_knows_by_its_place_gets_its_name() -> None:
    lost = ServerFailed("the load: server 1: 3 requests began and 2 ended, not 50", 1)
    cpu_s = {"flask": [1.0], "sanic": [1.0]}
    with pytest.raises(ServersFailed) as failed, in_a_launch(cpu_s, [lost]) as those:
        those.slice(PACE, 1)
    assert list(failed.value.failures) == ["sanic"]


def test_a_server_that_ended_is_named() -> None:
    cpu_s: dict[str, list[Any]] = {
        "flask": [1.0, 2.0],
        "sanic": [1.0, TrialFailed("sanic does not run any more")],
    }
    with pytest.raises(ServersFailed) as failed, in_a_launch(cpu_s, [done({}, {})]) as those:
        those.slice(PACE, 1)
    assert list(failed.value.failures) == ["sanic"]


def test_a_server_that_used_no_cpu_time_is_no_measurement() -> None:
    cpu_s = {"flask": [1.0, 1.0], "sanic": [1.0, 2.0]}
    with (
        pytest.raises(ServersFailed, match="flask: the host's counters show no CPU time"),
        in_a_launch(cpu_s, [done({}, {})]) as those,
    ):
        those.slice(PACE, 1)


def test_a_failure_of_the_load_is_no_servers() -> None:
    with (
        pytest.raises(TrialFailed, match=r"^the client ended$") as failed,
        in_a_launch({"flask": [1.0]}, [TrialFailed("the client ended")]) as those,
    ):
        those.slice(PACE, 1)
    assert not isinstance(failed.value, ServersFailed)
    assert "the log of flask" in failed.value.log_tail


def with_mates(journal: Journal, mate: FakeContainer) -> Any:
    """A launch of base and head of one service, each beside a companion."""
    names = {"flask": FakeContainer("flask", cpu_s=[1.0] * 4, journal=journal), "mate": mate}
    load = FakeSliceLoad(journal, [done({}, {"reset": 50})])
    specs = {role: container("flask") for role in ("base", "head")}
    mates = {role: (container("mate", healthcheck=("ready",)),) for role in specs}
    return launched(specs, 7, FakeEngine(journal, names), load, mates)


def test_each_server_has_companions_of_its_own_that_are_healthy_before_it_starts() -> None:
    journal: Journal = []
    with with_mates(journal, FakeContainer("mate", journal=journal)):
        pass
    assert journal == [
        "start mate-base",
        "healthy mate: ready",
        "start mate-head",
        "healthy mate: ready",
        "start flask-base beside mate with hash seed 7",
        "start flask-head beside mate with hash seed 7",
        "aim flask flask",
        "remove flask",
        "remove mate",
        "remove flask",
        "remove mate",
    ]


def test_a_companion_that_ended_is_the_cause_of_its_servers_failure() -> None:
    gone = ContainerState(
        running=False, exit_code=137, oom_killed=False, restarts=0, started_at=990.0
    )
    mate = FakeContainer("mate", state=gone, log="the log of the mate")
    with pytest.raises(ServersFailed) as failed, with_mates([], mate) as those:
        those.slice(PACE, 1)
    (failure,) = failed.value.failures.values()
    assert list(failed.value.failures) == ["head"]
    assert failure.reason == (
        "50 of 50 requests failed: 50 reset; its companion mate ended with exit code 137"
    )
    assert failure.log_tail == "the log of the mate"


def test_a_companion_that_ended_without_a_failed_request_fails_the_launch() -> None:
    gone = ContainerState(
        running=False, exit_code=0, oom_killed=False, restarts=0, started_at=990.0
    )
    why = "its companion mate ended with exit code 0"
    with pytest.raises(ServersFailed, match=why), with_mates([], FakeContainer("mate", state=gone)):
        pass


def test_a_slow_service_has_the_time_that_it_asks_for() -> None:
    journal: Journal = []
    load = FakeSliceLoad(journal, [])
    there = {"slow": FakeContainer("slow", journal=journal)}
    specs = {"slow": container("slow", ready_within_s=90.0)}
    with launched(specs, 1, FakeEngine(journal, there), load):
        pass
    assert load.within_s == [90.0]


def test_a_companion_that_does_not_become_healthy_fails_its_server() -> None:
    mate = FakeContainer("mate", healthy=TrialFailed("not healthy within 60 s"))
    why = "base: its companion mate: not healthy within 60 s"
    with pytest.raises(ServersFailed, match=why), with_mates([], mate):
        pass


def test_the_load_can_be_aimed_at_some_of_them() -> None:
    journal: Journal = []
    load = FakeSliceLoad(journal, [done({})])
    there = servers({"flask": [], "sanic": [1.0, 1.5]}, journal)
    specs = {name: container(name) for name in there}
    with started(specs, 1, FakeEngine(journal, there), load) as running:
        assert list(running.aimed(["sanic"], "text").slice(PACE, 1)) == ["sanic"]
    assert "aim sanic" in journal


@pytest.mark.parametrize(
    ("cost_s", "shared", "requests", "rate"),
    [
        (0.001, False, 75, 600.0),  # 0.6 of a CPU, two servers of 1 ms each
        (0.001, True, 44, 350.0),
        (0.1, False, REQUESTS_LEAST, 6.0),  # slower than the slice can bear: longer slices
        (1e-7, False, 3_000, 24_000.0),  # faster than the load
    ],
)
def test_the_pace_leaves_the_cpu_free_enough(
    cost_s: float, shared: bool, requests: int, rate: float
) -> None:
    used = [0.0, WARM_UP * cost_s]
    with in_a_launch({"flask": list(used), "sanic": list(used)}, [done({}, {})]) as those:
        pace = those.pace(1, 0.25, shared=shared)
    assert pace.requests == requests
    assert pace.rate == pytest.approx(rate)


def test_many_servers_together_are_warmed_up_at_a_higher_rate() -> None:
    """At 400 requests/s of all together, thirty would need three times as long as ten."""
    journal: Journal = []
    names = [f"server-{number}" for number in range(30)]
    load = FakeSliceLoad(journal, [done(*[{}] * 30)], saturated=[done({}, completed=5_000)] * 30)
    there = servers({name: [] for name in names}, journal)
    specs = {name: container(name) for name in names}
    with started(specs, 1, FakeEngine(journal, there), load) as running:
        running.aimed(names).warm_up(None, 2)
    assert f"spread {WARM_UP} 1200 2" in journal


def test_the_load_takes_as_many_servers_as_a_launch_may_have() -> None:
    def aimed_at(count: int) -> str:
        return encode(
            Aim(
                workload="json",
                servers=tuple(f"http://server-{number}:8000" for number in range(count)),
                within_s=1.0,
                connections=1,
                connect_timeout_s=1.0,
                request_timeout_s=1.0,
            )
        )

    assert isinstance(decode_command(aimed_at(MOST_SERVERS)), Aim)
    with pytest.raises(ValueError, match="length <= 64"):
        decode_command(aimed_at(MOST_SERVERS + 1))
