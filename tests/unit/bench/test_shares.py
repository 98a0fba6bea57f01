"""Shares of a period of time, from samples that do not fall on its ends."""

from dataclasses import replace

import pytest

from orchestrator.bench.shares import highest, share, throttled
from tests.unit.examples import sample

# A CPU that idles up to 10 s, is full up to 20 s, and idles again.
SAMPLES = [
    sample(0, 0),
    sample(10, 0),
    sample(12, 2),
    sample(18, 8),
    sample(20, 10),
    sample(30, 10),
]

STRETCHES = pytest.mark.parametrize(
    ("begin", "end", "found"),
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


@STRETCHES
def test_the_share_of_a_cpu(begin: float, end: float, found: float | None) -> None:
    assert share(SAMPLES, begin, end) == (found if found is None else pytest.approx(found))


@STRETCHES
def test_the_share_of_throttled_time(begin: float, end: float, found: float | None) -> None:
    samples = [replace(s, cpu_s=0.0, throttled_s=s.cpu_s) for s in SAMPLES]
    assert share(samples, begin, end, throttled) == (
        found if found is None else pytest.approx(found)
    )


def test_one_sample_gives_no_share() -> None:
    assert share([sample(1, 1)], 0, 2) is None


def test_the_busiest_of_several_containers_counts() -> None:
    idle, busy = ([sample(n, cpu * n) for n in range(3)] for cpu in (0.2, 0.7))
    assert highest([idle, [], busy], 0, 2) == pytest.approx(0.7)
    assert highest([[], []], 0, 2) is None
    assert highest([], 0, 2) is None
