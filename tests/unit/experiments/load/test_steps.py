"""A step of the load, with the CPU use of server and load generator."""

from dataclasses import asdict, replace

import pytest

from orchestrator.experiments.load.steps import steps
from tests.unit.examples import histogram, load_result, load_step, observed, open_step, sample

FULL = load_step(
    1,
    "ramp",
    16,
    {2000: 150},
    failures={"reset": 10, "eof": 0},
    unfinished=3,
    all_histogram=histogram({2000: 150, 8000: 13}),
    pending=3,
    pending_histogram=histogram({500: 2, 7000: 1}),
    answered_users=16,
    in_flight=0.98,
    connects=20,
    connect_s=0.05,
    server_closes=4,
    idle=0.3,
    lag_ms=12.5,
    listen_overflows=6,
    server_steal=0.04,
    loadgen_steal=0.07,
    server_cpu_used=0.8,
)


def test_each_step_has_the_cpu_use_of_server_and_busiest_worker() -> None:
    server = [sample(999.0 + n, 0.5 * n, throttled_s=0.1 * n) for n in range(8)]
    idle, busy = (
        [sample(999.0 + n, cpu * n, throttled_s=cpu * n / 10) for n in range(8)]
        for cpu in (0.2, 0.7)
    )
    (found,) = steps(load_result(steps=(FULL,)), observed(server, idle, busy))
    assert asdict(found) == {
        "phase": "ramp",
        "started_s": 1.0,
        "duration_s": 1.0,
        "users": 16,
        "requests": 160,
        "failures": 10,
        "failures_by_kind": {"reset": 10},
        "unfinished": 3,
        "goodput_rps": 150.0,
        "median_ms": pytest.approx(2.0, rel=0.001),
        "p99_ms": pytest.approx(2.0, rel=0.001),
        "server_cpu": pytest.approx(0.5),
        "loadgen_cpu": pytest.approx(0.7),
        "all_median_ms": pytest.approx(2.0, rel=0.001),
        "all_p99_ms": pytest.approx(8.0, rel=0.001),
        "pending": 3,
        "pending_age_median_ms": pytest.approx(0.5, rel=0.001),
        "pending_age_max_ms": pytest.approx(7.0, rel=0.001),
        "answered_users": 16,
        "in_flight": 0.98,
        "connects": 20,
        "connect_ms": pytest.approx(2.5),
        "server_closes": 4,
        "loadgen_idle": 0.3,
        "loadgen_lag_ms": 12.5,
        "server_throttled": pytest.approx(0.1),
        "loadgen_throttled": pytest.approx(0.07),
        "listen_overflows": 6,
        "server_steal": 0.04,
        "loadgen_steal": 0.07,
        "server_cpu_used": 0.8,
        "caveats": (),
    }


def test_the_steps_of_the_closed_loop_are_in_order() -> None:
    result = load_result(steps=(*load_result().steps, open_step(5, 100.0, {1000: 100})))
    found = steps(result, observed())
    assert [(s.phase, s.started_s, s.users) for s in found] == [
        ("ramp", 0.0, 8),
        ("ramp", 1.0, 16),
        ("settle", 2.0, 8),
        ("hold", 3.0, 8),
    ]


def test_unknown_numbers_of_a_step_are_none_and_not_zero() -> None:
    load = load_step(0, "ramp", 8, {}, in_flight=None)
    (found,) = steps(load_result(steps=(load,)), observed((), ()))
    unknown = {name for name, value in asdict(found).items() if value is None}
    assert unknown == {
        "median_ms", "p99_ms", "all_median_ms", "all_p99_ms",
        "pending_age_median_ms", "pending_age_max_ms", "in_flight", "connect_ms",
        "server_cpu", "loadgen_cpu", "server_throttled", "loadgen_throttled",
        "loadgen_idle", "loadgen_lag_ms", "listen_overflows", "server_steal", "loadgen_steal",
        "server_cpu_used",
    }  # fmt: skip


def test_overflows_in_another_network_namespace_do_not_count() -> None:
    (found,) = steps(load_result(steps=(FULL,)), observed(one_namespace=False))
    assert found.listen_overflows is None


def test_a_step_has_its_doubts() -> None:
    starving = replace(FULL, answered_users=3, in_flight=0.5)
    (found,) = steps(load_result(steps=(starving,)), observed())
    assert [caveat.code for caveat in found.caveats] == ["little", "starved-users"]
