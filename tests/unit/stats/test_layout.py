"""The two-way layout of names and blocks, against results that are known in another way."""

from __future__ import annotations

import numpy as np
import pytest

from orchestrator.stats.layout import Fitted, Layout, fitted

# Blocks 0 and 1 differ by 0.2, names by 1; what is left are 0.01 and -0.01 in turn.
TABLE: Layout = {
    "a": [(0, 1.01), (1, 1.19), (2, 1.30)],
    "b": [(0, 1.99), (1, 2.21), (2, 2.30)],
}


def variance(fit: Fitted, one: int, other: int) -> float:
    """Of the difference of two means."""
    c = fit.covariance
    return float(c[one, one] + c[other, other] - 2 * c[one, other])


def test_residuals_are_what_names_and_blocks_leave() -> None:
    fit = fitted(TABLE)
    table = np.array([[value for _, value in pairs] for pairs in TABLE.values()])
    left = table - table.mean(1, keepdims=True) - table.mean(0, keepdims=True) + table.mean()
    assert fit.deviation == pytest.approx(np.sqrt((left**2).sum() / 2))
    assert fit.freedom == (2 - 1) * (3 - 1)
    assert fit.means == pytest.approx({"a": table[0].mean(), "b": table[1].mean()})
    assert variance(fit, 0, 1) == pytest.approx(2 / 3)


def test_without_blocks_all_that_differs_within_a_name_is_chance() -> None:
    fit = fitted(TABLE, blocks=False)
    within = [np.var([value for _, value in pairs], ddof=1) for pairs in TABLE.values()]
    assert fit.deviation == pytest.approx(np.sqrt(np.mean(within)))
    assert (fit.freedom, fit.blocks) == (4, False)


def test_a_name_that_missed_a_slow_block_is_not_taken_for_a_fast_one() -> None:
    slow = {"a": [(0, 1.0), (1, 0.5)], "b": [(0, 1.0), (1, 0.5)], "c": [(0, 1.0)]}
    fit = fitted(slow)
    assert fit.means == pytest.approx(dict.fromkeys("abc", 0.75))
    assert fitted(slow, blocks=False).means["c"] == 1.0


def test_one_missing_value_widens_a_difference_as_yates_found() -> None:
    """Montgomery, section 4.1.3: s^2 (2 / b + a / (b (b - 1) (a - 1))) for a names, b blocks."""
    names, blocks = 5, 3
    layout = {str(n): [(b, float(n * b % 4)) for b in range(blocks)] for n in range(names)}
    layout["0"].pop()
    fit = fitted(layout)
    expected = 2 / blocks + names / (blocks * (blocks - 1) * (names - 1))
    assert variance(fit, 0, 1) == pytest.approx(expected)
    assert variance(fit, 1, 2) == pytest.approx(2 / blocks)


def test_with_missing_values_it_is_the_least_squares_fit() -> None:
    draw = np.random.default_rng(1)
    layout = {
        str(n): [(b, float(draw.normal())) for b in range(6) if b == n or draw.random() < 0.6]
        for n in range(5)
    }
    cells = [(n, b, value) for n, pairs in enumerate(layout.values()) for b, value in pairs]
    design = np.array(
        [[*(n == m for m in range(5)), *(b == c for c in range(6))] for n, b, _ in cells]
    )
    values = np.array([value for *_, value in cells])
    effects, _, rank, _ = np.linalg.lstsq(design.astype(float), values)
    fit = fitted(layout)
    assert fit.freedom == len(cells) - rank
    assert fit.deviation == pytest.approx(
        np.sqrt(((values - design @ effects) ** 2).sum() / (len(cells) - rank))
    )
    expected = effects[:5] + effects[5:].mean()
    assert list(fit.means.values()) == pytest.approx(list(expected))


def test_a_thousand_repeats_are_fitted_at_once() -> None:
    draw = np.random.default_rng(2)
    layout = {str(n): list(enumerate(map(float, draw.normal(size=1000)))) for n in range(30)}
    assert fitted(layout).deviation == pytest.approx(1.0, rel=0.05)


@pytest.mark.parametrize(
    "layout",
    [
        {"a": [(0, 1.0), (1, 2.0)]},  # one name
        {"a": [(0, 1.0)], "b": [(0, 2.0)]},  # one block
        {"a": [(0, 1.0), (0, 3.0)], "b": [(1, 2.0)]},  # nothing was measured in the same block
    ],
)
def test_effects_of_blocks_that_cannot_be_known_are_left_out(layout: Layout) -> None:
    fit = fitted(layout)
    assert not fit.blocks
    assert fit.means["a"] == pytest.approx(np.mean([value for _, value in layout["a"]]))


def test_without_freedom_there_is_no_deviation() -> None:
    fit = fitted({"a": [(0, 1.0)], "b": [(0, 2.0)]})
    assert (fit.deviation, fit.freedom) == (None, 0)
