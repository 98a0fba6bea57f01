"""Whether the level of a sequence changed, and where."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest

from orchestrator.stats.change_points import (
    FEWEST,
    SHORTEST,
    Values,
    Weighted,
    changed,
    changes,
    segmented,
)


def data(values: Values, weights: Values | None = None, floor: float = 0.0) -> Weighted:
    given = np.ones(len(values)) if weights is None else weights
    return Weighted(values=np.asarray(values, dtype=float), weights=given, floor=floor)


def steps(*levels: float, length: int = 10, seed: int = 1, noise: float = 1.0) -> Values:
    """Levels of equal length, with normal noise."""
    draw = np.random.default_rng(seed)
    return np.repeat(levels, length) + noise * draw.standard_normal(len(levels) * length)


def places(values: Values) -> list[int]:
    return [one.at for one in changes(data(values))]


def test_values_without_a_change_show_one_in_about_one_of_a_hundred_cases() -> None:
    draw = np.random.default_rng(5)
    for count, drawn in ((12, draw.standard_normal), (40, draw.standard_cauchy)):
        wrong = sum(changed(data(drawn(count))) for _ in range(300))
        assert wrong <= 9  # 10 or more of 300 have a probability of 0.1 % at 1 %


@pytest.mark.parametrize("levels", [(0, 3, 0), (0, 3, 6), (0, -3, 3)])
def test_two_changes_by_three_standard_deviations_are_found_and_none_besides(
    levels: tuple[float, ...],
) -> None:
    found = [places(steps(*levels, seed=seed)) for seed in range(40)]
    near = [one for one in found if len(one) == 2 and np.abs(np.array(one) - (10, 20)).max() <= 3]
    assert len(near) >= 36  # 97 of 100 are; 35 or fewer of 40 have a probability of 0.6 %


def test_a_change_is_told_with_its_size_and_its_interval() -> None:
    (found,) = changes(data(steps(0, 10, length=15, noise=0.5)))
    assert (found.at, found.earliest, found.latest) == (15, 15, 15)
    assert found.low < 10 < found.high
    assert found.difference == pytest.approx((found.low + found.high) / 2)


def test_the_interval_holds_the_true_size_in_95_of_100_cases() -> None:
    found = [changes(data(steps(0, 4, length=12, seed=seed))) for seed in range(300)]
    held = [one[0].low <= 4 <= one[0].high for one in found if len(one) == 1]
    assert len(held) > 280
    assert np.mean(held) == pytest.approx(0.95, abs=0.035)


def test_fewer_than_ten_values_never_show_a_change() -> None:
    assert changes(data(np.repeat((0.0, 1000.0), (4, 5)))) == []
    assert changes(data(np.array([]))) == []
    assert changes(data(np.array([1.0]))) == []


def test_ten_values_are_the_fewest_that_can_show_a_change() -> None:
    """Of ten values, two of 252 ways to choose five separate two levels; of nine, two of 126."""
    ways = {count: 2 / len(list(combinations(range(count), count // 2))) for count in (9, 10)}
    assert ways[FEWEST] < 0.01 < ways[FEWEST - 1]
    assert places(np.repeat((0.0, 1.0), 5) + 1e-3 * np.arange(10) % 3) == [5]


def test_equal_values_show_no_change() -> None:
    assert changes(data(np.full(30, 7.0))) == []


def test_exact_levels_without_noise_are_found() -> None:
    assert places(np.repeat((1.0, 2.0, 1.0), 10)) == [10, 20]


def test_one_or_two_wild_values_are_no_level() -> None:
    values = steps(0, 0, 0)
    values[12:14] += 50
    assert places(values) == []


def test_a_thousand_values_are_searched() -> None:
    levels = np.repeat((0.0, 2.0, 0.5, 3.0), 250)
    found = places(levels + np.random.default_rng(3).standard_normal(1000))
    assert len(found) == 3
    assert np.abs(np.array(found) - (250, 500, 750)).max() <= 3


def test_the_segmentation_has_the_least_squares_of_all() -> None:
    values = steps(0, 3, 1, length=5, seed=2)
    found = segmented(data(values))
    assert len(found) == 2

    def squares(inner: tuple[int, ...]) -> float:
        edges = [0, *inner, len(values)]
        return sum(float(values[a:b].var() * (b - a)) for a, b in pairwise(edges))

    allowed = [
        inner
        for inner in combinations(range(SHORTEST, len(values) - SHORTEST + 1), 2)
        if inner[1] - inner[0] >= SHORTEST
    ]
    assert tuple(found) == min(allowed, key=squares)


def test_a_value_counts_by_its_weight() -> None:
    values = steps(0, 0.0)
    values[10:] += np.where(np.arange(10) % 2, 6.0, -6.0)  # they vary more, and say so
    weights = np.repeat((1.0, 1 / 37), 10)
    assert changes(data(values, weights)) == []


def test_noise_that_is_known_to_be_larger_than_what_is_seen_counts() -> None:
    values = steps(0, 1, length=10, noise=0.1)
    assert places(values) == [10]
    assert changes(data(values, floor=4.0)) == []


def test_the_same_values_give_the_same_changes() -> None:
    values = steps(0, 1.2, 0.4, seed=9)
    assert changes(data(values)) == changes(data(values))
    assert [one.at for one in changes(data(values + 1000.0))] == places(values)
