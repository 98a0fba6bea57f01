"""Intervals that stay right however often the data are looked at."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import t

from orchestrator.stats.sequence import ERROR, estimate

PRIOR = 1.0


def test_too_few_values_give_an_infinite_interval() -> None:
    assert math.isinf(estimate([1.0], PRIOR).high)
    assert math.isinf(estimate([1.0, 1.1, 0.9], PRIOR).high)


def test_a_small_prior_gives_an_interval_after_few_values() -> None:
    early = estimate([1.0, 1.001, 0.999], 0.03)
    assert 0.98 < early.low < early.mean < early.high < 1.02


def test_equal_values_give_an_interval_without_width() -> None:
    known = estimate([0.5] * 10, PRIOR)
    assert known.low == pytest.approx(0.5)
    assert known.high == pytest.approx(0.5)


@pytest.mark.parametrize("prior", [0.03, 1.0, 5.0])
def test_the_bound_is_where_the_mixture_of_likelihoods_reaches_its_limit(prior: float) -> None:
    """Integrate the mixture numerically instead of using the closed form."""
    values = np.random.default_rng(7).normal(0.2, 1.0, 40)
    known = estimate(values.tolist(), prior)
    assert _evidence(values - known.low, prior) == pytest.approx(1 / ERROR, rel=1e-3)
    assert _evidence(values - known.high, prior) == pytest.approx(1 / ERROR, rel=1e-3)


def _evidence(values: np.ndarray, prior: float) -> float:
    """Mean likelihood ratio over effects ~ N(0, 1 / prior) against no effect, scale integrated.

    With values x, S = sum(x), V = sum(x^2) and y = S / sqrt(V), the ratio for an effect d is
    exp(-n d^2 / 2) E[exp(d y g)] with g distributed as a chi variable of n degrees of freedom.
    """
    count = len(values)
    y = values.sum() / math.sqrt((values**2).sum())

    def given(g: float) -> float:
        log_chi = (count - 1) * math.log(g) - g * g / 2
        log_chi -= (count / 2 - 1) * math.log(2) + math.lgamma(count / 2)
        # The integral over d ~ N(0, 1 / prior) of exp(d y g - n d^2 / 2), in closed form.
        inside = (y * g) ** 2 / (2 * (count + prior))
        return math.exp(log_chi + inside) * math.sqrt(prior / (count + prior))

    return float(quad(given, 1e-9, math.sqrt(count) + 40, limit=500)[0])


def test_looking_after_every_value_misses_the_mean_in_at_most_five_of_a_hundred_series() -> None:
    draws = np.random.default_rng(20261126).normal(0.0, 1.0, (1_000, 60))
    missed = sum(
        any(not _holds(series[:count]) for count in range(2, len(series) + 1)) for series in draws
    )
    assert missed <= 0.05 * len(draws)


def test_ordinary_intervals_would_be_misled_by_looking_often() -> None:
    """The same series with Student's interval: why a confidence sequence is used."""
    draws = np.random.default_rng(20261126).normal(0.0, 1.0, (300, 60))
    missed = 0
    for series in draws:
        for count in range(3, len(series) + 1):
            part = series[:count]
            half = t.ppf(0.975, count - 1) * part.std(ddof=1) / math.sqrt(count)
            if abs(part.mean()) > half:
                missed += 1
                break
    assert missed > 0.15 * len(draws)


def _holds(values: np.ndarray) -> bool:
    known = estimate(values.tolist(), PRIOR)
    return known.low <= 0 <= known.high
