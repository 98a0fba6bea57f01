"""The record of a trial, made of the merged counts: pure, except that nothing is rounded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hdrh.histogram import HdrHistogram

from labload.ramp import Ramp, Score, Stage
from labload.tally import StepTally, Tally

LONGEST_US = 60_000_000
"""The histogram's upper end: a minute, well beyond any request timeout."""
DIGITS = 3


@dataclass(frozen=True, slots=True)
class Passed:
    """A stage that is over, with when it really began and how long it really took."""

    stage: Stage
    started_at: float
    """Seconds since 1970, for lining it up with readings of other processes."""
    duration_s: float


def score(passed: Passed, tally: Tally) -> Score:
    """What the ramp needs to know about a step."""
    step = tally.steps[passed.stage.index]
    return Score(step.completed, step.ended, step.failed, passed.duration_s)


def result(ramp: Ramp, stages: Sequence[Passed], tally: Tally) -> dict[str, Any]:
    """The lab's own part of the `result` event."""
    return {
        "started_at": stages[0].started_at,
        "duration_s": sum(passed.duration_s for passed in stages),
        "ramp_ended": ramp.ended,
        "best_index": ramp.best_index,
        "best_had_drops": ramp.best_had_drops,
        "steps": [_describe(passed, tally.steps[passed.stage.index]) for passed in stages],
        "unfinished": sum(step.unfinished for step in tally.steps.values()),
        "connects": tally.connects,
        "server_closes": tally.server_closes,
    }


def histogram(latencies: Mapping[int, int]) -> str:
    """The latencies {microseconds: count} as an HdrHistogram (V2, base64)."""
    histogram = HdrHistogram(1, LONGEST_US, DIGITS)
    for latency_us, count in latencies.items():
        if not histogram.record_value(latency_us, count):
            raise ValueError(f"a latency of {latency_us} us does not fit the histogram")
    encoded: bytes = histogram.encode()
    return encoded.decode("ascii")


def percentile_ms(latencies: Mapping[int, int], percent: float) -> float | None:
    """The smallest latency that `percent` of the requests do not exceed; None without any."""
    rank = percent / 100 * sum(latencies.values())
    seen = 0
    for latency_us in sorted(latencies):
        seen += latencies[latency_us]
        if seen >= rank:
            return latency_us / 1000
    return None


def _describe(passed: Passed, step: StepTally) -> dict[str, Any]:
    return {
        "index": passed.stage.index,
        "phase": passed.stage.phase,
        "users": passed.stage.users,
        "started_at": passed.started_at,
        "duration_s": passed.duration_s,
        "requests": step.ended,
        "failures": dict(step.failures),
        "completed": step.completed,
        "unfinished": step.unfinished,
        "histogram": histogram(step.latencies),
    }
