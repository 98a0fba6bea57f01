"""Tukey's intervals: wrong in at most 5 of 100 runs, and right where something differs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import exp, inf, log, sqrt

import numpy as np
import pytest
from scipy.stats import tukey_hsd

from orchestrator.stats.interval import Interval, interval
from orchestrator.stats.layout import fitted
from orchestrator.stats.tukey import ERROR, intervals, point

RUNS = 1500
CHANCE = 3 * sqrt(ERROR * (1 - ERROR) / RUNS)
"""Three standard errors of a share that is 5 % in the long run."""
NAMES = [f"service-{n}" for n in range(9)]
SPREAD = 0.1

Values = dict[str, list[tuple[int, float]]]


def drawn(
    draw: np.random.Generator, repeats: int, faster: Mapping[str, float], drift: float = 0.0
) -> Values:
    """A run of nine services of 1,000 requests/s, or faster by a factor, in drifting blocks."""
    blocks = draw.normal(0, drift, repeats)
    return {
        name: [
            (block, 1000 * faster.get(name, 1.0) * exp(effect + draw.normal(0, SPREAD)))
            for block, effect in enumerate(blocks)
        ]
        for name in NAMES
    }


def told(known: Mapping[str, Interval]) -> set[frozenset[str]]:
    return {
        frozenset(pair)
        for pair in combinations(known, 2)
        if known[pair[0]].above(known[pair[1]]) or known[pair[1]].above(known[pair[0]])
    }


@pytest.mark.parametrize(
    ("repeats", "drift", "lost"),
    [
        (2, 0.0, 0),
        (3, 0.0, 0),
        (3, 0.2, 0),
        (5, 0.1, 0),
        (3, 0.2, 4),  # that many trials failed
    ],
)
def test_of_equal_services_any_are_told_apart_in_at_most_5_of_100_runs(
    repeats: int, drift: float, lost: int
) -> None:
    draw = np.random.default_rng(repeats)
    wrong = 0
    for _ in range(RUNS):
        run = drawn(draw, repeats, {}, drift)
        for name in NAMES[:lost]:
            run[name].pop()
        wrong += bool(told(intervals(run)))
    assert wrong / RUNS <= ERROR + CHANCE
    assert lost or wrong / RUNS >= ERROR - CHANCE


def test_disjoint_ranges_would_tell_equal_services_apart_in_most_runs() -> None:
    draw = np.random.default_rng(3)
    runs = [drawn(draw, 3, {}) for _ in range(RUNS)]
    ranges = [
        {name: interval([value for _, value in pairs]) for name, pairs in run.items()}
        for run in runs
    ]
    assert sum(bool(told(one)) for one in ranges) / RUNS > 0.5


def test_a_planted_difference_is_found_and_others_rarely() -> None:
    """1.6 is 4.7 standard errors above what nine services of three repeats need: 1.35."""
    draw = np.random.default_rng(4)
    fast, found, wrong = NAMES[0], 0, 0
    for _ in range(RUNS):
        pairs = told(intervals(drawn(draw, 3, {fast: 1.6}, drift=0.2)))
        mine = {pair for pair in pairs if fast in pair}
        found += len(mine) == len(NAMES) - 1
        wrong += bool(pairs - mine)
    assert found / RUNS > 0.85
    assert wrong / RUNS <= ERROR + CHANCE


def test_with_equal_counts_and_no_blocks_it_is_scipys_tukey_test() -> None:
    """One block for each value: nothing connects them, so no effect of blocks is taken out."""
    draw = np.random.default_rng(5)
    table = draw.normal(0, SPREAD, (4, 5)) + np.array([[0], [0.1], [0.25], [0.6]])
    run = {
        str(n): [(10 * n + m, exp(value)) for m, value in enumerate(row)]
        for n, row in enumerate(table)
    }
    expected = tukey_hsd(*table).pvalue < ERROR
    assert told(intervals(run)) == {
        frozenset((str(one), str(other)))
        for one, other in combinations(range(4), 2)
        if expected[one, other]
    }
    assert 0 < expected.sum() < 12


def test_intervals_of_equal_counts_are_half_of_the_significant_difference_long() -> None:
    run = drawn(np.random.default_rng(6), 3, {})
    logs = {name: [(block, log(v)) for block, v in pairs] for name, pairs in run.items()}
    fit = fitted(logs)
    assert fit.deviation is not None
    half = point(9, 16) * fit.deviation / sqrt(3) / 2
    known = intervals(run)
    for name, mean in fit.means.items():
        assert log(known[name].low) == pytest.approx(mean - half, abs=1e-5)
        assert log(known[name].high) == pytest.approx(mean + half, abs=1e-5)
        assert known[name].tested


@pytest.mark.parametrize(("lost", "more"), [(1, 1.03), (2, 1.08)])
def test_fewer_repeats_have_a_wider_interval_and_no_pair_less_than_kramers(
    lost: int, more: float
) -> None:
    run = drawn(np.random.default_rng(7), 3, {})
    del run[NAMES[0]][3 - lost :]
    fit = fitted({name: [(b, log(v)) for b, v in pairs] for name, pairs in run.items()})
    assert fit.deviation is not None
    halves = {name: log(one.high / one.low) / 2 for name, one in intervals(run).items()}
    assert halves[NAMES[0]] == pytest.approx(halves[NAMES[1]] * sqrt(3 / (3 - lost)), rel=1e-4)
    q, c = point(9, fit.freedom), fit.covariance
    for (m, one), (n, other) in combinations(enumerate(NAMES), 2):
        kramer = q * fit.deviation * sqrt((c[m, m] + c[n, n] - 2 * c[m, n]) / 2)
        assert halves[one] + halves[other] >= kramer * (1 - 1e-4)
        assert halves[one] + halves[other] <= kramer * more


def test_the_value_is_the_median_and_always_inside() -> None:
    run = drawn(np.random.default_rng(8), 9, {})
    run[NAMES[0]] = [(b, 1000.0 if b < 5 else 10.0) for b in range(9)]
    known = intervals(run)
    assert known[NAMES[0]].value == 1000.0
    assert all(one.low <= one.value <= one.high for one in known.values())


def test_a_lower_bound_can_only_show_that_it_is_above() -> None:
    run = drawn(np.random.default_rng(9), 3, {NAMES[0]: 3.0, NAMES[1]: 0.3})
    known = intervals(run, bounds={NAMES[0], NAMES[1]})
    assert known[NAMES[0]].high == known[NAMES[1]].high == inf
    assert known[NAMES[0]].above(known[NAMES[2]])
    assert not known[NAMES[2]].above(known[NAMES[1]])


def test_lower_bounds_do_not_tell_how_much_the_others_vary() -> None:
    run = drawn(np.random.default_rng(10), 3, {})
    run[NAMES[0]] = [(0, 10.0), (1, 1000.0), (2, 90.0)]
    wild, calm = (intervals(run, bounds=bounds)[NAMES[1]] for bounds in ((), {NAMES[0]}))
    assert log(wild.high / wild.low) > 3 * log(calm.high / calm.low)


@pytest.mark.parametrize(
    "run",
    [
        {name: [(1, 1000.0)] for name in NAMES},  # one repeat
        {"a": [(1, 1000.0), (2, 1100.0)]},  # one service, two repeats
        {"a": [(1, 1000.0), (2, 1100.0)], "b": [(1, 900.0)]},  # one of them failed
    ],
)
def test_with_too_few_repeats_the_margin_decides(run: Values) -> None:
    expected = {name: interval([value for _, value in pairs]) for name, pairs in run.items()}
    assert intervals(run) == expected
    assert intervals(run, margin=9.0)["a" if "a" in run else NAMES[0]].high > 1000.0 * 2


def test_one_service_alone_has_an_interval_of_its_own_spread() -> None:
    known = intervals({"a": [(1, 900.0), (2, 1000.0), (3, 1100.0)]})["a"]
    assert known.tested
    assert 0 < known.low < 900.0
    assert known.high > 1100.0


def test_nothing_measured_gives_nothing() -> None:
    assert intervals({}) == {}


def test_a_rate_of_zero_keeps_its_range_and_leaves_the_others_alone() -> None:
    run = drawn(np.random.default_rng(11), 3, {})
    zero = intervals({**run, "none": [(0, 0.0), (1, 0.0), (2, 5.0)]})
    assert (zero["none"].low, zero["none"].high, zero["none"].tested) == (0.0, 5.0, False)
    assert {name: zero[name] for name in NAMES} == intervals(run)


def test_equal_values_do_not_differ_by_rounding() -> None:
    run = {name: [(block, 1 / 3) for block in range(3)] for name in NAMES}
    assert told(intervals(run)) == set()


def test_huge_and_tiny_values_are_compared_by_their_ratios() -> None:
    run = drawn(np.random.default_rng(12), 3, {})
    for factor in (1e-12, 1e12):
        scaled = {name: [(b, v * factor) for b, v in pairs] for name, pairs in run.items()}
        assert told(intervals(scaled)) == told(intervals(run))
        assert intervals(scaled)[NAMES[3]].low == pytest.approx(
            intervals(run)[NAMES[3]].low * factor, rel=1e-5
        )
