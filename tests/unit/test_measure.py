"""The record's numbers, each computed by hand beside the code."""

from dataclasses import asdict, replace

import pytest

from orchestrator.bench import measure
from orchestrator.model.record import Resources
from orchestrator.model.sample import Sample
from orchestrator.ports import ContainerState, Image
from orchestrator.stats import merged
from tests.unit.examples import load_result, load_step

STATE = ContainerState(running=True, exit_code=0, oom_killed=False, restarts=0, started_at=990.0)
IMAGE = Image(id="sha256:1", size_bytes=130_000_000, base="official")


def sample(at: float, cpu_s: float, memory_bytes: int = 0, throttled_s: float = 0.0) -> Sample:
    return Sample(at=at, cpu_s=cpu_s, memory_bytes=memory_bytes, throttled_s=throttled_s)


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


def test_a_load_that_ended_before_its_hold_has_none() -> None:
    result = load_result(steps=load_result().steps[:2])
    assert measure.hold(result) is None
    assert measure.hold_histogram(result) is None


def test_the_record_keeps_the_latencies_of_the_hold_alone() -> None:
    text = measure.hold_histogram(load_result())
    assert text is not None
    assert merged([text]).get_total_count() == 200


def test_latencies_are_none_where_nothing_succeeded() -> None:
    result = load_result(steps=(load_step(0, "hold", 8, {}, failures={"timeout": 4}),))
    hold = measure.hold(result)
    assert hold is not None
    assert (hold.requests, hold.failures, hold.goodput_rps) == (4, 4, 0.0)
    assert (hold.median_ms, hold.p90_ms, hold.p99_ms, hold.p999_ms, hold.max_ms) == (None,) * 5


def test_the_server_breaks_at_the_first_step_with_drops() -> None:
    assert measure.breaking_users(load_result()) == 16


def test_drops_outside_the_ramp_break_nothing() -> None:
    steps = (load_step(0, "ramp", 8, {1000: 1}), load_step(1, "hold", 8, {}, failures={"eof": 1}))
    assert measure.breaking_users(load_result(steps=steps)) is None


def test_failures_are_summed_by_kind_without_those_that_did_not_occur() -> None:
    steps = (
        load_step(0, "ramp", 8, {}, failures={"timeout": 2, "eof": 0}),
        load_step(1, "hold", 8, {}, failures={"timeout": 3, "reset": 1}),
    )
    assert measure.failures_by_kind(load_result(steps=steps)) == {"reset": 1, "timeout": 5}


def test_each_step_stands_beside_the_cpu_of_server_and_busiest_worker() -> None:
    server = [sample(999.0 + n, 0.5 * n) for n in range(8)]
    idle, busy = ([sample(999.0 + n, cpu * n) for n in range(8)] for cpu in (0.2, 0.7))
    steps = measure.steps(load_result(), server, [idle, busy])
    assert asdict(steps[1]) == {
        "phase": "ramp",
        "started_s": 1.0,
        "duration_s": 1.0,
        "users": 16,
        "requests": 160,
        "failures": 10,
        "failures_by_kind": {"reset": 10},
        "unfinished": 3,
        "goodput_rps": 150.0,
        "median_ms": 2.0,
        "p99_ms": 2.0,
        "server_cpu": pytest.approx(0.5),
        "loadgen_cpu": pytest.approx(0.7),
    }
    assert [(s.phase, s.started_s, s.users) for s in steps] == [
        ("ramp", 0.0, 8),
        ("ramp", 1.0, 16),
        ("settle", 2.0, 8),
        ("hold", 3.0, 8),
    ]


def test_steps_without_samples_have_no_cpu() -> None:
    step = measure.steps(load_result(), [], [[], []])[0]
    assert (step.server_cpu, step.loadgen_cpu) == (None, None)


# A CPU that idles up to 10 s, is full up to 20 s, and idles again.
SAMPLES = [
    sample(0, 0),
    sample(10, 0),
    sample(12, 2),
    sample(18, 8),
    sample(20, 10),
    sample(30, 10),
]


@pytest.mark.parametrize(
    ("begin", "end", "share"),
    [
        pytest.param(10, 20, 1.0, id="samples at both ends"),
        pytest.param(11, 19, 1.0, id="samples inside speak for the stretch"),
        pytest.param(0, 20, 0.5, id="idle and full"),
        pytest.param(13, 17, 1.0, id="interpolated between two samples"),
        pytest.param(19, 23, (0.25 * 4) / 4, id="interpolated around one sample"),
        pytest.param(28, 31, 0.0, id="two thirds covered"),
        pytest.param(28, 33, None, id="two fifths covered"),
        pytest.param(-3, 2, None, id="begins too early"),
        pytest.param(40, 50, None, id="after the last sample"),
        pytest.param(-20, -10, None, id="before the first sample"),
        pytest.param(15, 15, None, id="no stretch at all"),
        pytest.param(10, 10, None, id="no stretch at a sample"),
    ],
)
def test_cpu_share(begin: float, end: float, share: float | None) -> None:
    assert measure.cpu_share(SAMPLES, begin, end) == (
        share if share is None else pytest.approx(share)
    )


def test_one_sample_tells_no_share() -> None:
    assert measure.cpu_share([sample(1, 1)], 0, 2) is None


def test_resources_of_a_trial() -> None:
    # The hold: 1003 to 1005, half a CPU, 210 successes; 1 s of CPU for them.
    samples = [
        sample(1002.0, 7.0, memory_bytes=30_000_000, throttled_s=0.5),
        sample(1003.0, 7.5, memory_bytes=50_000_000, throttled_s=0.6),
        sample(1005.0, 8.5, memory_bytes=40_000_000, throttled_s=0.75),
    ]
    found = measure.resources(
        load_result(), samples, sample(999.0, 1.0, 20_000_000), STATE, IMAGE, 0.5, 0.1
    )
    assert found == Resources(
        cpu_us_per_request=pytest.approx(1e6 / 210),  # type: ignore[arg-type]
        memory_idle_bytes=20_000_000,
        memory_peak_bytes=50_000_000,
        image_bytes=130_000_000,
        start_s=0.5,
        stop_s=0.1,
        throttled_s=0.25,
        oom_killed=False,
        restarts=0,
    )


def test_what_was_not_sampled_is_none_and_not_zero() -> None:
    killed = replace(STATE, running=False, oom_killed=True, restarts=2)
    assert measure.resources(load_result(), [], None, killed, IMAGE, 0.5, None) == Resources(
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
    found = measure.resources(failing, samples, None, STATE, IMAGE, 0.5, 0.1)
    assert found.cpu_us_per_request is None
