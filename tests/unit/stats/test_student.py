"""Student's interval, and the trimmed mean."""

import random
from math import inf

import pytest
from scipy import stats

from orchestrator.stats.student import mean_interval, trimmed


def test_it_is_the_interval_of_scipy() -> None:
    values = [1.0, 1.2, 0.9, 1.1, 1.05]
    for confidence in (0.95, 0.99, 1 - 0.05 / 36):
        found = mean_interval(values, confidence)
        expected = stats.ttest_1samp(values, 0).confidence_interval(confidence)
        assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
        assert found.mean == pytest.approx(1.05)


def test_one_value_has_no_interval() -> None:
    found = mean_interval([2.0])
    assert (found.mean, found.low, found.high, found.count) == (2.0, -inf, inf, 1)


def test_equal_values_have_an_interval_without_width() -> None:
    found = mean_interval([3.0, 3.0, 3.0])
    assert (found.low, found.high) == (3.0, 3.0)


def test_it_contains_the_mean_as_often_as_it_says() -> None:
    draw = random.Random(5)
    hits = 0
    for _ in range(2_000):
        found = mean_interval([draw.gauss(7, 2) for _ in range(4)], 0.9)
        hits += found.low <= 7 <= found.high
    assert 1_760 <= hits <= 1_840  # 1,800 ± three standard deviations


def test_a_disturbed_value_does_not_shift_the_trimmed_mean() -> None:
    assert trimmed([1.0, 1.0, 1.0, 1.0, 1_000.0]) == 1.0
    assert trimmed([4.0]) == 4.0
