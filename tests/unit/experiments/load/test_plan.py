"""Settings become an ordered list of trials, or a list of all problems."""

from dataclasses import replace
from itertools import product
from math import inf, nan
from typing import Any

import pytest

from orchestrator.contract import endpoint
from orchestrator.errors import UsageError
from orchestrator.experiments.experiment import Placed
from orchestrator.experiments.load.plan import plan, problems
from orchestrator.experiments.load.plan import planned as resumed
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue
from orchestrator.model.placement import Layout, Network
from orchestrator.model.settings import Plan
from orchestrator.placement import placed
from orchestrator.profiles import PROFILES
from tests.unit.examples import (
    JSON,
    PLACEMENT,
    TEXT,
    container,
    entry,
    manifest,
    planned,
    run_record,
    settings,
)


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
def test_the_server_gets_the_last_cpu_and_the_load_other_cores(
    cpus: int,
    siblings: dict[int, set[int]],
    server_cpu: int,
    load_cpus: tuple[int, ...],
    shared: bool,
    smt_shared: bool | None,
) -> None:
    cores = {cpu: frozenset(core) for cpu, core in siblings.items()}
    assert placed(cpus, cores, Network.BRIDGE).layout == Layout(
        server_cpu=server_cpu,
        load_cpus=load_cpus,
        shared=shared,
        smt_shared=smt_shared,
        network=Network.BRIDGE,
    )


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
        seed=-1,
        client="curl",
        open_loop=False,
        rate=0.0,
    )
    assert problems(wrong, ["flask", "sanic"], ["json", "text"]) == [
        "no service 'falsk'; choose from flask, sanic",
        "no workload 'xml'; choose from json, text",
        "no profile 'fast'; choose from standard, quick, smoke, nanode, cost",
        "--duration 0.5: give 1 to 3600 seconds",
        "--max-users 0: give 1 to 100,000",
        "--repeats 0: give 1 to 1000",
        "--seed -1: give 0 to 9,007,199,254,740,992",
        "no client 'curl'; choose from engine, fasthttp, http",
        "--rate 0: give more than 0, up to 1,000,000",
        "--rate sets a rate of the open loop; leave out either --rate or --no-open-loop",
    ]


@pytest.mark.parametrize(
    ("rate", "fits"),
    [(-1.0, False), (0.0, False), (0.5, True), (1e6, True), (1e6 + 1, False), (nan, False)],
)
def test_a_rate_is_positive_and_at_most_a_million(rate: float, fits: bool) -> None:
    assert (problems(settings(rate=rate), ["flask"], ["json"]) == []) == fits


@pytest.mark.parametrize(
    "wrong",
    [
        {"duration_s": nan},
        {"duration_s": inf},
        {"rate": inf},
        {"max_users": 100_001},
        {"seed": 2**53 + 1},  # other programs would read it as another number
        {"seed": 10**30},  # a record could not hold it
        {"repeats": 10**30},
    ],
)
def test_nan_and_too_large_numbers_are_refused(wrong: dict[str, Any]) -> None:
    assert len(problems(settings(**wrong), ["flask"], ["json"])) == 1


@pytest.mark.parametrize("client", ["fasthttp", "http"])
@pytest.mark.parametrize("asked", [{"open_loop": True}, {"rate": 100.0}])
def test_locusts_own_clients_have_no_open_loop(client: str, asked: dict[str, Any]) -> None:
    assert problems(settings(client=client, **asked), ["flask"], ["json"]) == [
        f"the client {client} has no open loop; leave out --open-loop and --rate, or use engine"
    ]
    assert problems(settings(client=client, open_loop=False), ["flask"], ["json"]) == []


@pytest.mark.parametrize(
    ("client", "users", "workers", "fits"),
    [
        ("fasthttp", 900, 1, True),
        ("fasthttp", 901, 1, False),
        ("fasthttp", 1_800, 2, True),
        ("fasthttp", 1_801, 2, False),
        ("fasthttp", 1_801, None, True),
        ("http", 8_192, 1, True),
        ("engine", 8_192, 1, True),
    ],
)
def test_the_number_of_fasthttps_connections_for_each_worker(
    client: str, users: int, workers: int | None, fits: bool
) -> None:
    wish = settings(client=client, max_users=users)
    assert (problems(wish, ["flask"], ["json"], workers) == []) == fits


def test_too_many_users_for_fasthttp_are_refused() -> None:
    with pytest.raises(UsageError) as refused:
        planned(client="fasthttp", max_users=1_000)
    assert refused.value.problems == [
        "--max-users 1000: the client fasthttp keeps no more than 900 connections open "
        "(900 for each worker); give at most that, or use engine"
    ]


def test_a_resumed_run_keeps_its_load() -> None:
    old = replace(PROFILES["standard"], open_s=0.0, open_shares=(), open_rate=None)
    wish = settings(profile="standard")
    parts = ({"flask": entry()}, {"json": JSON}, PLACEMENT, container(), container())
    assert plan(wish, *parts).loading.profile == PROFILES["standard"]
    assert plan(wish, *parts, profile=old).loading.profile == old


def test_a_run_is_not_resumed_with_another_contract() -> None:
    """Its rows would have another request or another right answer."""
    blocks = {name: container(name) for name in ("flask", LOCUST_MASTER, LOCUST_WORKER)}
    placed_here = Placed(placement=PLACEMENT, containers=blocks)
    other = replace(JSON, right=replace(JSON.right, body=b"{}"))
    changed = Catalogue(manifests={"flask": manifest()}, contract={"json": other, "text": TEXT})
    begun = run_record(contract={"json": endpoint(JSON), "text": endpoint(TEXT)})
    with pytest.raises(UsageError) as refused:
        resumed(begun.settings, changed, placed_here, begun)
    (problem,) = refused.value.problems
    assert problem.startswith(
        "workload json: its request or right answer in services/contract.toml"
    )
    assert f"run {begun.run_id} began with" in problem
    assert "restore the contract, or begin a new run" in problem

    same = replace(changed, contract={"json": JSON, "text": other})  # text is not in this run
    older = replace(begun, contract={"json": replace(endpoint(JSON), digest=None)})
    for known, earlier in ((same, begun), (changed, older), (changed, None)):
        assert len(resumed(begun.settings, known, placed_here, earlier).trials) == 1


def test_a_plan_of_which_nothing_is_offered_is_refused_with_the_reasons() -> None:
    its = entry("flask")
    without = replace(its, manifest=replace(its.manifest, not_offered={"text": "no plain text"}))

    def its_plan(*workloads: str) -> Plan:
        asked = settings(workloads=workloads, repeats=2)
        locust = container("locust")
        return plan(
            asked, {"flask": without}, {"json": JSON, "text": TEXT}, PLACEMENT, locust, locust
        )

    with pytest.raises(UsageError) as refused:
        its_plan("text")
    assert refused.value.problems == [
        "text is not offered by flask: no plain text; `lab list` shows which services offer it"
    ]
    assert [trial.why_not for trial in its_plan("json", "text").trials].count(None) == 2


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


def test_each_repeat_has_its_own_order() -> None:
    keys = order(repeats=10)
    assert len({tuple(key[:2] for key in keys[n : n + 6]) for n in range(0, 60, 6)}) > 5
