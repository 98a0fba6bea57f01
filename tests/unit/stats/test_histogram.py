"""Percentiles are close to the exact ones, and merging loses nothing."""

from collections import Counter
from dataclasses import astuple
from math import floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labwire.histogram import HIGHEST_US
from orchestrator.stats.histogram import Percentiles, encoded, merged, percentiles
from tests.unit.examples import histogram

LATENCIES = st.lists(st.integers(min_value=1, max_value=HIGHEST_US), min_size=1, max_size=200)


def exact_ms(latencies_us: list[int], percent: float) -> float:
    """The percentile by nearest rank. Ranks are rounded as HdrHistogram does."""
    rank = floor(percent / 100 * len(latencies_us) + 0.5)
    return sorted(latencies_us)[max(rank, 1) - 1] / 1000


@given(LATENCIES)
def test_percentiles_are_within_a_thousandth_of_the_exact_ones(latencies_us: list[int]) -> None:
    found = percentiles(merged([histogram(Counter(latencies_us))]))
    exact = [exact_ms(latencies_us, percent) for percent in (50, 90, 99, 99.9, 100)]
    assert astuple(found) == pytest.approx(exact, rel=0.001)


def test_percentiles_of_a_thousand_even_steps() -> None:
    found = percentiles(merged([histogram({n * 1000: 1 for n in range(1, 1001)})]))
    assert astuple(found) == pytest.approx([500, 900, 990, 999, 1000], rel=0.001)


@given(st.lists(LATENCIES, min_size=1, max_size=5))
def test_merging_in_any_order_equals_recording_all_in_one(parts: list[list[int]]) -> None:
    texts = [histogram(Counter(part)) for part in parts]
    whole = histogram(Counter(latency for part in parts for latency in part))
    assert encoded(merged(texts)) == encoded(merged(reversed(texts))) == whole


@pytest.mark.parametrize("texts", [[], [histogram({})], [histogram({}), histogram({})]])
def test_nothing_recorded_is_none_and_not_zero(texts: list[str]) -> None:
    assert percentiles(merged(texts)) == Percentiles()
    assert percentiles(merged(texts)).median_ms is None
