"""The rows of the open loop."""

from dataclasses import asdict

import pytest

from labwire.events import LoadStep
from orchestrator.experiments.load.open_loop import open_loop
from orchestrator.model.trial import OpenLoop
from tests.unit.examples import (
    histogram,
    load_result,
    observed,
    open_step,
    resources,
    sample,
)


def rows(*steps: LoadStep) -> tuple[OpenLoop, ...]:
    result = load_result(steps=(*load_result().steps, *steps))
    server = [sample(999.0 + n, 0.5 * n) for n in range(10)]
    worker = [sample(999.0 + n, 0.25 * n) for n in range(10)]
    return open_loop(result, observed(server, worker), resources())


def test_a_trial_without_an_open_loop_has_no_rows() -> None:
    assert rows() == ()


def test_a_row_has_latencies_from_the_due_time_and_the_send_time() -> None:
    step = open_step(
        5,
        100.0,
        {1000: 96, 30_000: 2},
        of_capacity=0.25,
        failures={"timeout": 2, "eof": 0},
        requests=100,
        unfinished=1,
        completed=97,
        all_histogram=histogram({1000: 96, 30_000: 2, 500_000: 3}),
        service_histogram=histogram({900: 97, 20_000: 1}),
        late_histogram=histogram({50: 99, 2000: 1}),
        idle=0.6,
        connects=3,
        server_steal=0.02,
        loadgen_steal=0.01,
    )
    (row,) = rows(step)
    found = asdict(row)
    assert found.pop("histogram") == step.histogram
    assert [caveat["code"] for caveat in found.pop("caveats")] == []
    assert found == {
        "rate": 100.0,
        "of_capacity": 0.25,
        "started_s": 5.0,
        "duration_s": 1.0,
        "connections": 16,
        "requests": 100,
        "failures": 2,
        "failures_by_kind": {"timeout": 2},
        "unfinished": 1,
        "goodput_rps": 97.0,
        "median_ms": pytest.approx(1.0, rel=0.001),
        "p90_ms": pytest.approx(1.0, rel=0.001),
        "p99_ms": pytest.approx(30.0, rel=0.001),
        "p999_ms": pytest.approx(30.0, rel=0.001),
        "max_ms": pytest.approx(30.0, rel=0.001),
        "all_p99_ms": pytest.approx(500.0, rel=0.001),
        "all_max_ms": pytest.approx(500.0, rel=0.001),
        "service_median_ms": pytest.approx(0.9, rel=0.001),
        "service_p99_ms": pytest.approx(0.9, rel=0.001),
        "service_max_ms": pytest.approx(20.0, rel=0.001),
        "late_p99_ms": pytest.approx(0.05, rel=0.01),
        "late_max_ms": pytest.approx(2.0, rel=0.001),
        "server_cpu": pytest.approx(0.5),
        "loadgen_cpu": pytest.approx(0.25),
        "loadgen_idle": 0.6,
        "loadgen_lag_ms": None,
        "server_steal": 0.02,
        "loadgen_steal": 0.01,
        "cpu_us_per_request": pytest.approx(0.5 / 97 * 1e6),
        "connects": 3,
        "limited_by": "latency-floor",
    }


def test_each_rate_is_a_row_and_the_common_rate_has_no_share() -> None:
    found = rows(open_step(5, 50.0, {1000: 50}, of_capacity=0.5), open_step(6, 250.0, {1000: 250}))
    assert [(row.rate, row.of_capacity, row.limited_by) for row in found] == [
        (50.0, 0.5, "schedule"),
        (250.0, None, "schedule"),
    ]


def test_a_rate_without_answers_has_no_latency() -> None:
    step = open_step(5, 100.0, {}, unfinished=100, service_histogram=None, late_histogram=None)
    (row,) = rows(step)
    assert (row.median_ms, row.max_ms, row.service_p99_ms, row.late_p99_ms) == (None,) * 4
    assert row.cpu_us_per_request is None
    assert row.limited_by == "latency-floor"


def test_a_load_generator_that_sent_late_is_a_caveat_of_the_row() -> None:
    (row,) = rows(open_step(5, 100.0, {1000: 100}, late_histogram=histogram({5000: 10})))
    assert [caveat.code for caveat in row.caveats] == ["generator-late"]
