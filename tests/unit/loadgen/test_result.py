"""The record says what was counted."""

import pytest
from hdrh.histogram import HdrHistogram

from labload.ramp import Ramp, RampSettings, Stage
from labload.result import Passed, histogram, percentile_ms, result, score
from labload.tally import StepTally, Tally

SETTINGS = RampSettings((8,), 1, 1, 3, 3, 5)


def test_the_histogram_holds_every_success() -> None:
    decoded = HdrHistogram.decode(histogram({1: 3, 250: 90, 4_999_999: 7}))
    assert decoded.get_total_count() == 100
    assert decoded.get_value_at_percentile(50) == 250
    assert decoded.get_value_at_percentile(100) == pytest.approx(4_999_999, rel=0.001)


def test_a_latency_beyond_the_histogram_is_not_lost_silently() -> None:
    with pytest.raises(ValueError, match="does not fit"):
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
def test_percentiles(latencies: dict[int, int], percent: float, ms: float | None) -> None:
    assert percentile_ms(latencies, percent) == ms


def test_a_result_lists_its_stages() -> None:
    stage = Stage(0, "ramp", 8, 1.0)
    passed = Passed(stage, started_at=1_000.0, duration_s=1.25)
    tally = Tally(connects=8)
    tally.steps[0] = StepTally(began=12, completed=9, failures={"eof": 1}, latencies={500: 10})
    said = result(Ramp(SETTINGS, stage, "drops", 0, True), [passed], tally)
    text = said["steps"][0].pop("histogram")
    assert HdrHistogram.decode(text).get_total_count() == 10
    assert said == {
        "started_at": 1_000.0,
        "duration_s": 1.25,
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
            }
        ],
        "unfinished": 1,
        "connects": 8,
        "server_closes": 0,
    }
    assert score(passed, tally).rate == pytest.approx(7.2)
