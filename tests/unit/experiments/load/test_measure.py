"""The record's numbers, compared with numbers that were calculated by hand."""

from dataclasses import asdict, replace

import pytest

from orchestrator.experiments.load import measure
from orchestrator.model.trial import Resources
from orchestrator.stats.histogram import merged
from tests.unit.examples import STATE, load_result, load_step, observed, open_step, sample


def test_totals_count_the_whole_trial() -> None:
    # 100 + 150 + 90 + 200 successes, 10 failures, 5 s; 388 of the 540 latencies are 1 ms.
    assert asdict(measure.totals(load_result())) == pytest.approx(
        {
            "requests": 550,
            "failures": 10,
            "duration_s": 5.0,
            "rps": 110.0,
            "goodput_rps": 108.0,
            "median_ms": 1.0,
            "p90_ms": 2.0,
            "p99_ms": 2.0,
            "p999_ms": 5.0,
            "max_ms": 5.0,
        },
        rel=0.001,
    )


def test_the_hold_counts_its_own_requests_and_the_successes_that_ended_in_it() -> None:
    hold = measure.hold(load_result())
    assert hold is not None
    assert asdict(hold) == pytest.approx(
        {
            "requests": 200,
            "failures": 0,
            "duration_s": 2.0,
            "rps": 100.0,
            "goodput_rps": 105.0,
            "median_ms": 1.0,
            "p90_ms": 1.0,
            "p99_ms": 1.0,
            "p999_ms": 5.0,
            "max_ms": 5.0,
        },
        rel=0.001,
    )


def test_a_load_that_ended_before_its_hold_has_no_hold() -> None:
    result = load_result(steps=load_result().steps[:2])
    assert measure.hold(result) is None
    assert measure.hold_histogram(result) is None


def test_the_record_keeps_the_latencies_of_the_hold_alone() -> None:
    text = measure.hold_histogram(load_result())
    assert text is not None
    assert merged([text]).get_total_count() == 200


def test_without_successes_latencies_are_none() -> None:
    result = load_result(steps=(load_step(0, "hold", 8, {}, failures={"timeout": 4}),))
    hold = measure.hold(result)
    assert hold is not None
    assert (hold.requests, hold.failures, hold.goodput_rps) == (4, 4, 0.0)
    assert (hold.median_ms, hold.p90_ms, hold.p99_ms, hold.p999_ms, hold.max_ms) == (None,) * 5


def test_the_breaking_point_is_the_first_step_with_drops() -> None:
    assert measure.breaking_users(load_result()) == 16


def test_drops_outside_the_ramp_are_not_the_breaking_point() -> None:
    steps = (load_step(0, "ramp", 8, {1000: 1}), load_step(1, "hold", 8, {}, failures={"eof": 1}))
    assert measure.breaking_users(load_result(steps=steps)) is None


def test_failures_are_summed_by_kind_without_those_that_did_not_occur() -> None:
    steps = (
        load_step(0, "ramp", 8, {}, failures={"timeout": 2, "eof": 0}),
        load_step(1, "hold", 8, {}, failures={"timeout": 3, "reset": 1}),
    )
    assert measure.failures_by_kind(load_result(steps=steps)) == {"reset": 1, "timeout": 5}


def test_the_open_loop_is_in_none_of_the_closed_loops_numbers() -> None:
    closed = load_result()
    rate = open_step(4, 100.0, {9000: 50}, failures={"reset": 7}, requests=57)
    both = replace(closed, steps=(*closed.steps, rate))
    for number in (
        measure.totals,
        measure.hold,
        measure.hold_histogram,
        measure.breaking_users,
        measure.failures_by_kind,
    ):
        assert number(both) == number(closed)


def test_resources_of_a_trial() -> None:
    # The hold: 1003 to 1005, half a CPU, 210 successes; 1 s of CPU for them.
    samples = [
        sample(1002.0, 7.0, memory_bytes=30_000_000, throttled_s=0.5),
        sample(1003.0, 7.5, memory_bytes=50_000_000, throttled_s=0.6),
        sample(1005.0, 8.5, memory_bytes=40_000_000, throttled_s=0.75),
    ]
    workers = [[sample(1003.0, 1.0, size)] for size in (60_000_000, 70_000_000)]
    seen = observed(samples, *workers, idle=sample(999.0, 1.0, 20_000_000), listen_overflows=7)
    found = measure.resources(load_result(), seen)
    assert found == Resources(
        cpu_us_per_request=pytest.approx(1e6 / 210),  # type: ignore[arg-type]
        memory_idle_bytes=20_000_000,
        memory_peak_bytes=50_000_000,
        image_bytes=130_000_000,
        start_s=0.5,
        stop_s=None,
        throttled_s=0.25,
        oom_killed=False,
        restarts=0,
        listen_overflows=7,
        loadgen_memory_peak_bytes=70_000_000,
    )


def test_numbers_without_samples_are_none_and_not_zero() -> None:
    killed = replace(STATE, running=False, oom_killed=True, restarts=2)
    assert measure.resources(load_result(), observed(state=killed)) == Resources(
        cpu_us_per_request=None,
        memory_idle_bytes=None,
        memory_peak_bytes=None,
        image_bytes=130_000_000,
        start_s=0.5,
        stop_s=None,
        throttled_s=None,
        oom_killed=True,
        restarts=2,
    )


def test_cpu_per_request_needs_successes() -> None:
    failing = load_result(steps=(load_step(0, "hold", 8, {}, failures={"eof": 5}),))
    samples = [sample(999, 0), sample(1002, 1)]
    found = measure.resources(failing, observed(samples))
    assert found.cpu_us_per_request is None


def test_a_hold_that_began_at_the_end_of_the_time_is_none() -> None:
    *ramp, hold = load_result().steps
    assert hold.phase == "hold"
    shortest = [
        load_result(steps=(*ramp, replace(hold, duration_s=lasted, requests=0, completed=0)))
        for lasted in (4.5e-05, measure.HOLD_LEAST_S)
    ]
    assert [measure.hold(result) is None for result in shortest] == [True, False]
    assert [measure.hold_histogram(result) is None for result in shortest] == [True, False]
