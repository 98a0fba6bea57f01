"""The result has the counts of the load."""

from collections import Counter

import msgspec
import pytest
from hdrh.histogram import HdrHistogram

from labload.counts.hdr import histogram
from labload.counts.tally import Health, StepTally
from labload.trial.ramp import Ramp, Stage
from labload.trial.result import Passed, percentile_ms, result, score
from labload.trial.stolen import Stolen
from labwire.events import LocustOwn, decode, encode
from labwire.phase import LoadPhase, RampEnd
from labwire.protocol import VERSION
from labwire.settings import RampSettings

SETTINGS = RampSettings(
    users=(8,), step_s=1, settle_s=1, duration_s=3, connect_timeout_s=3, request_timeout_s=5
)


def test_the_histogram_holds_every_success() -> None:
    decoded = HdrHistogram.decode(histogram({1: 3, 250: 90, 4_999_999: 7}))
    assert decoded.get_total_count() == 100
    assert decoded.get_value_at_percentile(50) == 250
    assert decoded.get_value_at_percentile(100) == pytest.approx(4_999_999, rel=0.001)


def test_a_latency_beyond_the_histogram_is_an_error() -> None:
    with pytest.raises(ValueError, match="outside the histogram's bounds"):
        histogram({70_000_000: 1})


@pytest.mark.parametrize(
    ("latencies", "percent", "ms"),
    [
        ({}, 50, None),
        ({1500: 1}, 99, 1.5),
        ({1000: 50, 2000: 50}, 50, 1.0),
        ({1: 99, 9: 1}, 100, 0.009),
    ],
)
def test_percentiles_of_a_tally(
    latencies: dict[int, int], percent: float, ms: float | None
) -> None:
    assert percentile_ms(latencies, percent) == ms


def test_a_result_lists_its_stages() -> None:
    stage = Stage(0, LoadPhase.RAMP, 8, 1.0)
    passed = Passed(stage, 1_000.0, duration_s=1.25, stolen=Stolen(server=0.125))
    step = StepTally(
        began=12,
        completed=9,
        failures=Counter(eof=1),
        reasons=Counter({"eof: the connection ended inside the response": 1}),
        latencies=Counter({500: 10}),
        waits=Counter({900: 2}),
        pending=Counter({700: 1}),
        answered=7,
        in_flight_us=950,
        present_us=1_000,
        connects=8,
        connecting_us=2_000_000,
        health=Health(idle=0.25, lag_us=1_500, listen_overflows=0),
    )
    ramp = Ramp(SETTINGS, stage, RampEnd.DROPS, 0, True)
    own = LocustOwn(requests=11, failures=1, rps=8.8, median_ms=0.5, exceptions=0)
    made = result(ramp, [passed], {0: step}, 1.5, workers=1, locust=own)
    assert decode(encode(made)) == made  # what the host makes of it
    said = msgspec.json.decode(encode(made))
    counts = {
        name: HdrHistogram.decode(said["steps"][0].pop(name)).get_total_count()
        for name in ("histogram", "all_histogram", "pending_histogram")
    }
    assert counts == {"histogram": 10, "all_histogram": 12, "pending_histogram": 1}
    assert said == {
        "lab": VERSION,
        "event": "result",
        "started_at": 1_000.0,
        "duration_s": 1.5,
        "workers": 1,
        "ramp_ended": "drops",
        "best_index": 0,
        "best_had_drops": True,
        "steps": [
            {
                "index": 0,
                "phase": "ramp",
                "users": 8,
                "started_at": 1_000.0,
                "duration_s": 1.25,
                "requests": 11,
                "failures": {"eof": 1},
                "completed": 9,
                "unfinished": 1,
                "pending": 1,
                "answered_users": 7,
                "in_flight": 0.95,
                "connects": 8,
                "connect_s": 2.0,
                "server_closes": 0,
                "idle": 0.25,
                "lag_ms": 1.5,
                "listen_overflows": 0,
                "server_steal": 0.125,
                "loadgen_steal": None,
                "server_cpu_used": None,
                "rate": None,
                "of_capacity": None,
                "service_histogram": None,
                "late_histogram": None,
            }
        ],
        "unfinished": 1,
        "connects": 8,
        "server_closes": 0,
        "locust": {
            "requests": 11,
            "failures": 1,
            "rps": 8.8,
            "median_ms": 0.5,
            "exceptions": 0,
        },
        "failure_reasons": {"eof: the connection ended inside the response": 1},
    }
    seen = score(passed, {0: step})
    assert seen.rate == pytest.approx(7.2)
    assert seen.stolen == 0.125


@pytest.mark.parametrize(("disturbed", "phases"), [(None, "hold"), (0, "disturbed"), (1, "hold")])
def test_of_two_holds_the_one_that_does_not_count_is_named(
    disturbed: int | None, phases: str
) -> None:
    stage = Stage(0, LoadPhase.HOLD, 8, 1.0)
    ramp = Ramp(SETTINGS, stage, RampEnd.STEPS, 0, disturbed_index=disturbed)
    own = LocustOwn(requests=0, failures=0, rps=0.0, median_ms=0.0, exceptions=0)
    made = result(ramp, [Passed(stage, 1_000.0, 1.0)], {}, 1.0, workers=1, locust=own)
    assert [step.phase for step in made.steps] == [phases]
