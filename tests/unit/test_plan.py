"""Settings become an ordered list of trials, or all that is wrong with them."""

from itertools import product
from typing import Any

import pytest

from orchestrator.errors import UsageError
from orchestrator.model.settings import Layout
from orchestrator.plan import PROFILES, layout, problems, scaled
from tests.unit.examples import planned, settings

STANDARD_USERS = (8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096, 8192)


@pytest.mark.parametrize(
    ("cpus", "siblings", "server_cpu", "load_cpus", "shared", "smt_shared"),
    [
        pytest.param(1, {}, 0, (0,), True, None, id="one CPU is shared"),
        pytest.param(1, {0: {0}}, 0, (0,), True, False, id="one CPU that tells its core"),
        pytest.param(2, {}, 1, (0,), False, None, id="two CPUs of a host that tells no cores"),
        pytest.param(2, {0: {0}, 1: {1}}, 1, (0,), False, False, id="two cores"),
        pytest.param(2, {0: {0, 1}, 1: {0, 1}}, 1, (0,), False, True, id="two threads of a core"),
        pytest.param(4, {n: {n} for n in range(4)}, 3, (0, 1, 2), False, False, id="four cores"),
        pytest.param(
            4,
            {0: {0, 2}, 2: {0, 2}, 1: {1, 3}, 3: {1, 3}},
            3,
            (0, 2),
            False,
            False,
            id="the sibling of the server's CPU stays idle",
        ),
    ],
)
def test_the_server_has_the_last_cpu_and_the_load_those_apart_from_its_core(
    cpus: int,
    siblings: dict[int, set[int]],
    server_cpu: int,
    load_cpus: tuple[int, ...],
    shared: bool,
    smt_shared: bool | None,
) -> None:
    cores = {cpu: frozenset(core) for cpu, core in siblings.items()}
    assert layout(cpus, cores, "bridge") == Layout(
        server_cpu=server_cpu,
        load_cpus=load_cpus,
        shared=shared,
        smt_shared=smt_shared,
        network="bridge",
    )


def test_a_profile_without_wishes_is_used_as_it_stands() -> None:
    assert scaled(settings(profile="standard"), 999_999) == PROFILES["standard"]


def test_another_duration_scales_steps_and_timeouts_alike() -> None:
    profile = scaled(settings(profile="standard", duration_s=60.0), 999_999)
    assert (
        profile.duration_s,
        profile.step_s,
        profile.settle_s,
        profile.connect_timeout_s,
        profile.request_timeout_s,
        profile.users,
    ) == (60.0, 3.0, 3.0, 1.5, 2.5, STANDARD_USERS)


def test_a_longer_duration_needs_no_longer_timeouts() -> None:
    profile = scaled(settings(profile="standard", duration_s=1200.0), 999_999)
    assert (profile.step_s, profile.connect_timeout_s, profile.request_timeout_s) == (60.0, 3, 5)


@pytest.mark.parametrize(
    ("max_users", "nofile", "users"),
    [
        pytest.param(64, 999_999, (8, 16, 32, 64), id="a step of the profile"),
        pytest.param(100, 999_999, (8, 16, 32, 64, 100), id="the last step is what was wished"),
        pytest.param(3, 999_999, (3,), id="fewer than the first step"),
        pytest.param(None, 1024 + 128, (8, 16, 32, 64, 128, 256, 512, 1024), id="by open files"),
        pytest.param(None, 1024 + 127, (8, 16, 32, 64, 128, 256, 512, 1023), id="one file too few"),
        pytest.param(600, 300, (8, 16, 32, 64, 128, 172), id="the lower of both"),
        pytest.param(None, 100, (1,), id="hardly any open files"),
    ],
)
def test_users_are_capped(max_users: int | None, nofile: int, users: tuple[int, ...]) -> None:
    assert scaled(settings(profile="standard", max_users=max_users), nofile).users == users


def test_good_settings_have_no_problems() -> None:
    assert problems(settings(), ["flask"], ["json"]) == []


def test_all_problems_are_reported_together() -> None:
    wrong = settings(
        services=("flask", "falsk"),
        workloads=("xml",),
        profile="fast",
        duration_s=0.5,
        max_users=0,
        repeats=0,
    )
    assert problems(wrong, ["flask", "sanic"], ["json", "text"]) == [
        "no service 'falsk'; there are flask, sanic",
        "no workload 'xml'; there are json, text",
        "no profile 'fast'; there are standard, quick, smoke",
        "--duration 0.5: give 1 to 3600 seconds",
        "--max-users 0: give at least 1",
        "--repeats 0: give 1 to 1000",
    ]


def test_a_plan_of_wrong_settings_is_refused_with_all_problems() -> None:
    with pytest.raises(UsageError) as refused:
        planned(repeats=0, workloads=("xml",))
    assert len(refused.value.problems) == 2


SERVICES = ("aiohttp", "flask", "sanic")


def order(**changes: Any) -> list[tuple[str, str, int]]:
    return [trial.key for trial in planned(SERVICES, workloads=("json", "text"), **changes).trials]


def test_each_repeat_measures_everything_once_before_the_next_begins() -> None:
    keys = order(repeats=3)
    assert len(keys) == 18
    for repeat in (1, 2, 3):
        part = keys[6 * (repeat - 1) : 6 * repeat]
        assert sorted(part) == sorted(product(SERVICES, ("json", "text"), (repeat,)))


def test_trials_are_numbered_in_their_order() -> None:
    assert [t.order for t in planned(SERVICES, repeats=2).trials] == [1, 2, 3, 4, 5, 6]


def test_the_order_is_drawn_from_the_seed() -> None:
    assert order(seed=7) == order(seed=7)
    assert len({tuple(order(seed=seed)) for seed in range(20)}) > 10


def test_repeats_have_orders_of_their_own() -> None:
    keys = order(repeats=10)
    assert len({tuple(key[:2] for key in keys[n : n + 6]) for n in range(0, 60, 6)}) > 5
