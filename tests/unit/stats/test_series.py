"""The median of a series, and its interval, with outliers and with neighbours that are alike."""

from math import log, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray

from orchestrator.stats.series import BATCHED_LEAST, MedianInterval, alike, median_interval

SPREAD = 0.09
"""Of the logarithm of a pair's ratio, measured on a busy machine without its outliers."""


def series(draw: np.random.Generator, count: int, after: float) -> NDArray[np.float64]:
    """Values around 0: ``after`` is the correlation of neighbours; one in seven is wild."""
    values = np.empty(count)
    last = draw.standard_normal()
    for place in range(count):
        last = after * last + sqrt(1 - after**2) * draw.standard_normal()
        values[place] = last
    wild = draw.random(count) < 1 / 7
    return SPREAD * np.where(wild, 6 * values, values)


@pytest.mark.parametrize(
    ("count", "rank"),
    # Ranks as in printed tables of the sign test.
    [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (20, 6), (25, 8)],
)
def test_the_interval_of_a_median_lies_between_these_ranks(count: int, rank: int) -> None:
    values = np.random.default_rng(1).permutation(np.arange(1.0, count + 1))
    found = median_interval(list(values))
    assert found == MedianInterval(median=(count + 1) / 2, low=rank, high=count + 1 - rank)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_five_values_are_too_few_for_an_interval(count: int) -> None:
    assert median_interval([1.0] * count) == MedianInterval(median=1.0, low=None, high=None)


def test_the_interval_of_few_values_holds_the_true_median_nearly_always() -> None:
    draw = np.random.default_rng(7)
    intervals = [median_interval(list(draw.exponential(size=10))) for _ in range(1000)]
    held = sum(i.low <= log(2) <= i.high for i in intervals if i.low and i.high)
    assert held / 1000 == pytest.approx(1 - 22 / 1024, abs=0.015)


@pytest.mark.parametrize("after", [0.0, 0.2, 0.4])
def test_the_interval_of_many_values_holds_the_true_median_even_if_neighbours_are_alike(
    after: float,
) -> None:
    draw = np.random.default_rng(11)
    intervals = [median_interval(list(series(draw, 140, after))) for _ in range(400)]
    held = sum(i.low <= 0 <= i.high for i in intervals if i.low is not None and i.high is not None)
    assert held / 400 >= 0.94


@pytest.mark.parametrize("after", [0.0, 0.2])
def test_to_stop_when_the_interval_is_narrow_is_harmless(after: float) -> None:
    """A twentieth would miss the true median at a fixed number; here it is hardly more."""
    draw, held = np.random.default_rng(13), 0
    for _ in range(250):
        values = list(series(draw, 200, after))
        found = median_interval(values)
        for count in range(BATCHED_LEAST, 201, 4):
            found = median_interval(values[:count])
            if found.low is None or found.high is None:
                continue
            if max(found.high - found.median, found.median - found.low) <= log(1.03):
                break
        held += found.low is not None and found.high is not None and found.low <= 0 <= found.high
    assert held / 250 >= 0.92


def test_one_wild_value_moves_nothing() -> None:
    values = list(np.random.default_rng(5).normal(1.0, 0.05, 60))
    wild = [*values[:30], 1e9, *values[31:]]
    assert median_interval(wild).median == pytest.approx(median_interval(values).median, abs=0.02)
    assert (median_interval(wild).high or 1e9) < 1.1


def test_with_a_drift_the_interval_is_wider_than_for_the_same_values_in_random_order() -> None:
    rising = np.linspace(0.9, 1.1, 80)
    mixed = np.random.default_rng(2).permutation(rising)
    drifted, shuffled = median_interval(list(rising)), median_interval(list(mixed))
    assert drifted.low is None or drifted.low < (shuffled.low or 0)
    assert shuffled.low is not None


def test_neighbours_are_alike_by_the_sign_of_their_distance_from_the_median() -> None:
    assert alike([1.0, 1.0, 2.0, 2.0] * 20) == pytest.approx(0.0, abs=0.03)
    assert alike([1.0, 2.0] * 40) == pytest.approx(-1.0, abs=0.03)
    assert alike([1.0] * 40 + [2.0] * 40) == pytest.approx(1.0, abs=0.05)
    assert alike([1.0, 2.0] * 10) is None
    assert alike([1.0] * 80) is None
