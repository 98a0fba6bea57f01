"""Every limit, at its threshold and on both sides of it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from orchestrator.limits import limited_by, open_loop_limited_by
from orchestrator.model.limit import Limit
from orchestrator.model.trial import Companion, Step
from orchestrator.report.limit_words import IN_WORDS
from tests.unit.examples import resources, step, totals


def limit(hold: Step | None, **used: Any) -> Limit:
    return limited_by(hold, totals(), resources(**used), shared=False)[0]


def test_without_any_evidence_the_limit_is_unknown() -> None:
    assert limit(step()) == "unknown"


@pytest.mark.parametrize(
    ("used", "found"),
    [
        ({"oom_killed": True}, "memory"),
        ({}, "server-cpu"),
    ],
)
def test_a_server_killed_for_memory_is_limited_by_memory(used: dict[str, Any], found: str) -> None:
    assert limit(step(server_cpu=1.0, failures=100), **used) == (found if used else "errors")
    assert limit(step(server_cpu=1.0), **used) == found


@pytest.mark.parametrize(
    ("failed", "found"), [(499, "server-cpu"), (500, "server-cpu"), (501, "errors")]
)
def test_if_more_than_half_of_a_trial_fails_the_limit_is_errors(failed: int, found: str) -> None:
    whole = totals(requests=1_000, failures=failed)
    assert limited_by(step(server_cpu=1.0), whole, resources(), shared=False)[0] == found


@pytest.mark.parametrize(("failed", "found"), [(4, "server-cpu"), (5, "server-cpu"), (6, "errors")])
def test_if_more_than_a_twentieth_of_the_hold_fails_the_limit_is_errors(
    failed: int, found: str
) -> None:
    assert limit(step(server_cpu=1.0, requests=100, failures=failed)) == found


@pytest.mark.parametrize(
    ("throttled", "cpu", "found"),
    [
        (0.04, 0.8, "unknown"),
        (0.05, 0.8, "unknown"),
        (0.06, 0.8, "throttled"),
        (0.06, 0.89, "throttled"),
        (0.06, 0.9, "server-cpu"),
        (None, 0.8, "unknown"),
        (0.06, None, "unknown"),
    ],
)
def test_a_server_slowed_by_its_cpu_quota_is_throttled(
    throttled: float | None, cpu: float | None, found: str
) -> None:
    assert limit(step(server_throttled=throttled, server_cpu=cpu)) == found


@pytest.mark.parametrize(
    ("cpu", "found"), [(0.89, "unknown"), (0.9, "server-cpu"), (1.0, "server-cpu")]
)
def test_a_full_cpu_of_the_server_is_the_limit(cpu: float, found: str) -> None:
    assert limit(step(server_cpu=cpu)) == found


@pytest.mark.parametrize(
    ("worker", "found"),
    [
        pytest.param({"loadgen_idle": 0.149}, "loadgen-cpu", id="nearly no idle time"),
        pytest.param({"loadgen_idle": 0.15}, "unknown", id="some idle time"),
        pytest.param({"loadgen_idle": 0.5}, "unknown", id="much idle time"),
        pytest.param(
            {"loadgen_idle": 0.5, "loadgen_cpu": 1.0},
            "unknown",
            id="a worker that knows its idle time is believed",
        ),
        pytest.param({"loadgen_cpu": 0.89}, "unknown", id="stock client below full"),
        pytest.param({"loadgen_cpu": 0.9}, "loadgen-cpu", id="stock client full"),
        pytest.param({"loadgen_throttled": 0.05}, "unknown", id="hardly throttled"),
        pytest.param({"loadgen_throttled": 0.06}, "loadgen-cpu", id="throttled"),
        pytest.param({"loadgen_lag_ms": 250.0}, "unknown", id="timers on time"),
        pytest.param({"loadgen_lag_ms": 251.0}, "loadgen-cpu", id="timers late"),
    ],
)
def test_a_load_generator_without_cpu_time_is_the_limit(
    worker: dict[str, float], found: str
) -> None:
    assert limit(step(server_cpu=0.8, **worker)) == found
    assert limit(step(server_cpu=0.95, **worker)) == "server-cpu"


@pytest.mark.parametrize(
    ("connecting", "found"),
    [
        pytest.param({"connects": 49, "listen_overflows": 1}, "unknown", id="connections are kept"),
        pytest.param({"connects": 50, "listen_overflows": 0}, "unknown", id="no overflow"),
        pytest.param({"connects": 50, "listen_overflows": 1}, "connection-setup", id="overflow"),
        pytest.param({"connects": 50, "connect_ms": 0.99}, "unknown", id="connecting is fast"),
        pytest.param(
            {"connects": 50, "connect_ms": 1.0}, "connection-setup", id="half of the latency"
        ),
        pytest.param(
            {"connects": 100, "connect_ms": 5.0, "median_ms": None}, "unknown", id="no latency"
        ),
        pytest.param({"connect_ms": 5.0, "listen_overflows": 3}, "unknown", id="no connects"),
    ],
)
def test_slow_connects_are_the_limit(connecting: dict[str, Any], found: str) -> None:
    hold = {"requests": 100, "median_ms": 2.0, "server_cpu": 0.8, **connecting}
    assert limit(step(**hold)) == found


@pytest.mark.parametrize(
    ("cpu", "worker", "found"),
    [
        (0.74, {"loadgen_idle": 0.31}, "latency-floor"),
        (0.75, {"loadgen_idle": 0.31}, "unknown"),
        (0.74, {"loadgen_idle": 0.3}, "unknown"),
        (None, {"loadgen_idle": 1.0}, "unknown"),
        (0.74, {"loadgen_cpu": 0.74}, "latency-floor"),
        (0.74, {"loadgen_cpu": 0.75}, "unknown"),
        (0.74, {}, "unknown"),
    ],
)
def test_if_both_ends_have_cpu_time_left_the_limit_is_latency(
    cpu: float | None, worker: dict[str, Any], found: str
) -> None:
    assert limit(step(server_cpu=cpu, **worker)) == found


def test_the_first_rule_that_applies_decides() -> None:
    """Each line leaves out the evidence that the rule before it needed."""
    setup = {"connects": 100, "listen_overflows": 9}
    worker = {"loadgen_idle": 0.0}
    assert [
        limit(step(failures=100, **worker, **setup), oom_killed=True),
        limit(step(failures=100, server_throttled=1.0, server_cpu=0.5, **worker, **setup)),
        limit(step(server_throttled=1.0, server_cpu=0.5, **worker, **setup)),
        limit(step(server_throttled=1.0, server_cpu=1.0, **worker, **setup)),
        limit(step(server_cpu=0.5, **worker, **setup)),
        limit(step(server_cpu=0.5, **setup)),
        limit(step(server_cpu=0.5, loadgen_idle=0.5)),
        limit(step()),
    ] == [
        "memory",
        "errors",
        "throttled",
        "server-cpu",
        "loadgen-cpu",
        "connection-setup",
        "latency-floor",
        "unknown",
    ]


def test_the_evidence_has_every_number_that_the_rules_use() -> None:
    hold = step(
        requests=200,
        failures=1,
        median_ms=4.0,
        server_cpu=0.8,
        server_throttled=0.01,
        loadgen_cpu=0.7,
        loadgen_idle=0.3,
        loadgen_throttled=0.02,
        loadgen_lag_ms=12.5,
        connects=50,
        connect_ms=1.0,
        listen_overflows=7,
    )
    assert limited_by(hold, totals(requests=400, failures=100), resources(), shared=False) == (
        "unknown",
        {
            "oom_killed": 0.0,
            "failure_share": 0.25,
            "hold_failure_share": 0.005,
            "server_cpu": 0.8,
            "server_throttled": 0.01,
            "loadgen_cpu": 0.7,
            "loadgen_idle": 0.3,
            "loadgen_throttled": 0.02,
            "loadgen_lag_ms": 12.5,
            "connects_per_request": 0.25,
            "connect_share": 0.25,
            "listen_overflows": 7.0,
        },
    )


def test_unknown_numbers_are_not_in_the_evidence() -> None:
    hold = step(median_ms=None, requests=0)
    assert limited_by(hold, totals(requests=0, failures=0), resources(), shared=False) == (
        "unknown",
        {"oom_killed": 0.0},
    )


def test_a_trial_without_a_hold_is_judged_by_its_other_numbers() -> None:
    assert limit(None) == "unknown"
    assert limit(None, oom_killed=True) == "memory"
    whole = totals(requests=2, failures=2)
    assert limited_by(None, whole, resources(), shared=False)[0] == "errors"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({}, "schedule", id="all answered"),
        pytest.param({"server_cpu": 1.0}, "schedule", id="a full CPU that kept up"),
        pytest.param({"requests": 990, "unfinished": 10}, "schedule", id="a hundredth unanswered"),
        pytest.param({"requests": 989, "unfinished": 11}, "unknown", id="more unanswered"),
        pytest.param({"goodput_rps": 950.0}, "schedule", id="just fast enough"),
        pytest.param({"goodput_rps": 949.0}, "unknown", id="too slow"),
        pytest.param({"failures": 1}, "unknown", id="one failure"),
        pytest.param({"failures": 51}, "errors", id="many failures"),
        pytest.param({"goodput_rps": 500.0, "server_cpu": 0.9}, "server-cpu", id="server full"),
        pytest.param(
            {"goodput_rps": 500.0, "loadgen_idle": 0.05}, "loadgen-cpu", id="generator full"
        ),
        pytest.param({"goodput_rps": 0.0, "requests": 0}, "unknown", id="nothing came back"),
    ],
)
def test_if_the_server_kept_up_the_open_loops_limit_is_the_schedule(
    changes: dict[str, Any], found: str
) -> None:
    row = step(**{"requests": 1_000, "goodput_rps": 1_000.0, "server_cpu": 0.8, **changes})
    assert open_loop_limited_by(row, 1_000.0, resources(), shared=False) == found


def test_the_limit_of_an_open_loop_with_a_killed_server_is_memory() -> None:
    row = step(goodput_rps=1.0)
    assert open_loop_limited_by(row, 1_000.0, resources(oom_killed=True), shared=False) == "memory"


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        pytest.param({"server_cpu": 0.5, "loadgen_cpu": 0.25}, "colocated", id="full together"),
        pytest.param(
            {"server_cpu": 0.97, "loadgen_cpu": 0.02}, "colocated", id="mostly the server"
        ),
        pytest.param({"server_cpu": None, "loadgen_cpu": 0.95}, "colocated", id="the load alone"),
        pytest.param(
            {"server_cpu": 0.5, "loadgen_cpu": 0.24, "loadgen_idle": 0.5}, "latency-floor", id="not"
        ),
        pytest.param({"server_cpu": 0.9, "failures": 51}, "errors", id="errors come first"),
    ],
)
def test_a_full_shared_cpu_is_colocated(changes: dict[str, Any], found: str) -> None:
    hold = step(**{"requests": 1_000, **changes})
    what, evidence = limited_by(hold, totals(), resources(), shared=True)
    assert (what, evidence["shared"]) == (found, 1.0)
    assert "shared" not in limited_by(hold, totals(), resources(), shared=False)[1]


def test_an_open_loop_that_fell_behind_on_a_shared_cpu_is_colocated() -> None:
    row = step(requests=1_000, goodput_rps=500.0, server_cpu=0.9, loadgen_cpu=0.1)
    assert open_loop_limited_by(row, 1_000.0, resources(), shared=True) == "colocated"
    kept = step(requests=1_000, goodput_rps=1_000.0, server_cpu=0.9, loadgen_cpu=0.1)
    assert open_loop_limited_by(kept, 1_000.0, resources(), shared=True) == "schedule"


def test_every_limit_is_explained_to_people() -> None:
    methodology = (Path(__file__).parents[2] / "docs/methodology.md").read_text()
    assert set(IN_WORDS) == set(Limit)
    assert [limit for limit in Limit if f"`{limit}`" not in methodology] == []


@pytest.mark.parametrize(
    ("used", "stolen", "found"),
    [
        pytest.param(0.86, 0.1, "server-cpu", id="all that there was"),
        pytest.param(0.86, None, "unknown", id="unknown"),
        pytest.param(0.86, 0.0, "unknown", id="nothing stolen"),
        pytest.param(0.81, 0.1, "server-cpu", id="nine tenths of the rest"),
        pytest.param(0.8, 0.1, "unknown", id="less than nine tenths of the rest"),
        pytest.param(0.61, 0.2, "unknown", id="three quarters of the rest"),
        pytest.param(0.59, 0.2, "latency-floor", id="less than three quarters of the rest"),
        pytest.param(0.05, 0.3, "latency-floor", id="idle, much stolen"),
        pytest.param(0.04, 0.95, "latency-floor", id="idle, nearly all stolen"),
        pytest.param(0.0, 1.0, "latency-floor", id="all stolen"),
    ],
)
def test_a_servers_cpu_is_judged_by_what_the_hypervisor_left(
    used: float, stolen: float | None, found: str
) -> None:
    hold = step(server_cpu=used, server_steal=stolen, loadgen_idle=0.5)
    assert limit(hold) == found
    row = replace(hold, goodput_rps=1.0)
    assert open_loop_limited_by(row, 1_000.0, resources(), shared=False) == found


@pytest.mark.parametrize(
    ("used", "stolen", "found"),
    [
        (0.86, 0.1, "loadgen-cpu"),
        (0.8, 0.1, "unknown"),
        (0.67, 0.1, "latency-floor"),
        (0.68, 0.1, "unknown"),
    ],
)
def test_a_worker_that_does_not_know_its_idle_time_is_judged_likewise(
    used: float, stolen: float, found: str
) -> None:
    assert limit(step(server_cpu=0.5, loadgen_cpu=used, loadgen_steal=stolen)) == found


def test_a_shared_cpu_is_judged_by_what_the_hypervisor_left() -> None:
    known = {"server_cpu": 0.4, "loadgen_cpu": 0.3, "loadgen_idle": 0.5}
    hold = step(**known, server_steal=0.1, loadgen_steal=0.1)
    assert limited_by(hold, totals(), resources(), shared=True)[0] == "colocated"
    calm = step(**known)
    assert limited_by(calm, totals(), resources(), shared=True)[0] == "latency-floor"


def test_what_was_stolen_is_in_the_evidence_if_it_is_known() -> None:
    known = step(server_steal=0.1, loadgen_steal=0.0)
    evidence = limited_by(known, totals(), resources(), shared=False)[1]
    assert (evidence["server_steal"], evidence["loadgen_steal"]) == (0.1, 0.0)


def beside(cpu: float | None, limit: float = 1.0, busy: float | None = None) -> Companion:
    return Companion(name="postgres", cpu=cpu, cpu_limit=limit, cpu_busy=busy)


@pytest.mark.parametrize(
    ("server", "idle", "companion", "found"),
    [
        pytest.param(0.5, 0.5, beside(0.95), "database", id="its CPU is full"),
        pytest.param(0.5, 0.5, beside(0.19, limit=0.2), "database", id="its quota is used up"),
        pytest.param(0.5, 0.1, beside(0.6, busy=0.95), "database", id="most of a shared CPU"),
        pytest.param(0.5, 0.1, beside(0.3, busy=0.95), "loadgen-cpu", id="less of a shared CPU"),
        pytest.param(0.5, 0.5, beside(0.6, busy=0.8), "database-wait", id="both have time left"),
        pytest.param(0.5, 0.5, beside(0.3, busy=0.95), "latency-floor", id="the load's is full"),
        pytest.param(0.5, 0.5, beside(0.1, limit=0.2), "latency-floor", id="half of a quota"),
        pytest.param(0.85, 0.5, beside(0.06), "database-wait", id="a third of the waiting"),
        pytest.param(0.85, 0.5, beside(0.04), "unknown", id="less, and the server's is uncertain"),
        pytest.param(0.5, 0.5, beside(0.1), "latency-floor", id="a fifth of the waiting"),
        pytest.param(0.95, 0.5, beside(0.95), "server-cpu", id="the server's is full, too"),
        pytest.param(0.5, 0.5, beside(None), "latency-floor", id="unknown"),
    ],
)
def test_what_a_database_limits(
    server: float, idle: float, companion: Companion, found: str
) -> None:
    hold = step(server_cpu=server, loadgen_idle=idle)
    what, evidence = limited_by(hold, totals(), resources(), [companion], shared=False)
    assert what == found
    assert ("companion_cpu" in evidence) is (companion.cpu is not None)


def test_of_several_companions_the_fullest_counts() -> None:
    hold = step(server_cpu=0.5, loadgen_idle=0.5)
    both = [beside(0.1), beside(0.92)]
    what, evidence = limited_by(hold, totals(), resources(), both, shared=False)
    assert (what, evidence["companion_cpu"]) == ("database", 0.92)
