"""The geometric mean and its interval."""

import random
from math import exp

import pytest

from orchestrator.stats.geometric import geometric_mean


def test_the_interval_is_that_of_a_textbook() -> None:
    # 1, 2, 3, 4, 5: mean 3, standard deviation 1.5811, t(4) = 2.7764; 3 +- 1.9632
    found = geometric_mean([exp(number) for number in (1, 2, 3, 4, 5)])
    assert found.value == pytest.approx(exp(3))
    assert found.low == pytest.approx(exp(3 - 1.9632), rel=1e-4)
    assert found.high == pytest.approx(exp(3 + 1.9632), rel=1e-4)
    assert found.count == 5


def test_a_single_value_has_no_interval() -> None:
    found = geometric_mean([7.0])
    assert found.value == pytest.approx(7.0)
    assert (found.low, found.high) == (None, None)


def test_equal_values_have_an_interval_without_width() -> None:
    found = geometric_mean([3.0, 3.0, 3.0])
    assert found.low == found.high == pytest.approx(3.0)


@pytest.mark.parametrize("scale", [1e-300, 1.0, 2.0**64])
def test_the_unit_does_not_matter(scale: float) -> None:
    one, other = geometric_mean([1.0, 2.0, 4.0]), geometric_mean([scale, 2 * scale, 4 * scale])
    assert other.value == pytest.approx(one.value * scale)
    assert one.high is not None
    assert other.high == pytest.approx(one.high * scale)


def test_the_interval_contains_the_true_mean_in_95_of_100_cases() -> None:
    draw, cases, inside = random.Random(1), 2_000, 0
    for _ in range(cases):
        found = geometric_mean([exp(draw.gauss(5, 0.1)) for _ in range(4)])
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= exp(5) <= found.high
    # The number inside is binomial (2,000, 0.95): 1,900 +- 10, and 4 standard deviations are 39.
    assert abs(inside - 0.95 * cases) < 40
