"""The difference of two means, against scipy and against simulation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import t, ttest_ind

from orchestrator.stats.pooled import Pooled, pooled
from orchestrator.stats.two_means import Difference, adjusted, welch, with_spread

BASE, HEAD = (1.0, 1.2, 0.9, 1.1, 1.05), (1.4, 2.1, 1.7, 1.9, 1.3, 1.6, 2.2)


@pytest.mark.parametrize("confidence", [0.95, 0.99])
@pytest.mark.parametrize("unit", [1.0, 1e-9, 1e9])
def test_welch_is_that_of_scipy(confidence: float, unit: float) -> None:
    base, head = ([unit * value for value in side] for side in (BASE, HEAD))
    found = welch(base, head, confidence)
    known = ttest_ind(head, base, equal_var=False)
    wanted = known.confidence_interval(confidence)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert found.freedom == pytest.approx(known.df)


def test_one_pooled_pair_is_students_test_of_scipy() -> None:
    found = with_spread(BASE, HEAD, pooled((BASE, HEAD)), 0.99)
    known = ttest_ind(HEAD, BASE, equal_var=True)
    wanted = known.confidence_interval(0.99)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
    assert found.freedom == known.df == len(BASE) + len(HEAD) - 2


def test_one_value_a_side_gets_the_spread_of_the_others() -> None:
    known = Pooled(deviation=0.1, freedom=10_000)
    found = with_spread((0.0,), (1.0,), known, 0.95)
    assert found.half == pytest.approx(1.96 * 0.1 * math.sqrt(2), rel=1e-3)


def test_without_any_spread_there_is_no_interval() -> None:
    found = with_spread((0.0,), (1.0,), Pooled(deviation=None, freedom=0), 0.95)
    assert (found.mean, found.half, found.low, found.high) == (1.0, None, None, None)


def test_values_that_do_not_vary_have_an_interval_of_no_length() -> None:
    assert welch((2.0,) * 5, (3.0,) * 5, 0.99).half == 0.0
    assert with_spread((2.0,), (3.0,), Pooled(deviation=0.0, freedom=4), 0.99).half == 0.0


def test_the_intervals_miss_the_true_difference_as_often_as_they_may() -> None:
    """At 95 %, 2,000 intervals miss it 100 times, give or take four standard deviations (10)."""
    draw = np.random.default_rng(1)
    missed = {"welch": 0, "pooled": 0}
    for _ in range(2_000):
        base, head = draw.normal(0, 1, 5), draw.normal(0.7, 3, 9)
        found = welch(base.tolist(), head.tolist(), 0.95)
        missed["welch"] += abs(found.mean - 0.7) > (found.half or 0)
        groups = draw.normal(0, 1, (6, 3))
        known = with_spread(groups[0].tolist(), groups[1].tolist(), pooled(groups.tolist()), 0.95)
        missed["pooled"] += abs(known.mean) > (known.half or 0)
    assert all(60 <= count <= 140 for count in missed.values()), missed


# --- with a covariate -----------------------------------------------------------------------------


def drifting(seed: int, apart: float = 0.3, effect: float = 0.0) -> list[np.ndarray]:
    """Two samples of 12 whose values depend on a covariate, which drifts between the samples."""
    draw = np.random.default_rng(seed)
    base_x, head_x = draw.normal(0, 0.1, 12), draw.normal(apart, 0.1, 12)
    base = 1 + 0.4 * base_x + draw.normal(0, 0.01, 12)
    head = 1 + effect + 0.4 * head_x + draw.normal(0, 0.01, 12)
    return [base, head, base_x, head_x]


def test_the_analysis_of_covariance_is_that_of_least_squares() -> None:
    base, head, base_x, head_x = drifting(1, effect=0.02)
    found = adjusted(list(base), list(head), list(base_x), list(head_x), 0.99)
    assert found is not None
    which = np.repeat((0.0, 1.0), 12)
    design = np.column_stack((np.ones(24), which, np.concatenate((base_x, head_x))))
    values = np.concatenate((base, head))
    solved, squares, _, _ = np.linalg.lstsq(design, values, rcond=None)
    error = np.sqrt(squares[0] / 21 * np.linalg.inv(design.T @ design)[1, 1])
    assert found.mean == pytest.approx(solved[1])
    assert found.half == pytest.approx(t.ppf(0.995, 21) * error)


def test_a_drift_between_the_samples_makes_no_difference_but_an_effect_does() -> None:
    def at_equal_x(seed: int, effect: float) -> Difference:
        base, head, base_x, head_x = map(list, drifting(seed, effect=effect))
        found = adjusted(base, head, base_x, head_x, 0.95)
        assert found is not None
        return found

    def missed(effect: float, true: float) -> int:
        found = [at_equal_x(seed, effect) for seed in range(400)]
        return sum(not abs(one.mean - true) <= (one.half or 0.0) for one in found)

    assert missed(0.0, true=0.0) < 0.09 * 400
    assert missed(0.1, true=0.1) < 0.09 * 400
    assert missed(0.1, true=0.0) > 0.9 * 400


def test_without_a_varying_covariate_or_enough_values_nothing_is_adjusted() -> None:
    assert adjusted([1.0, 2.0], [3.0, 4.0], [1.0, 1.0], [2.0, 2.0], 0.99) is None
    assert adjusted([1.0], [3.0, 4.0], [1.0], [2.0, 3.0], 0.99) is None
