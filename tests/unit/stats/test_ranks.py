"""Ranks of values, some of which cannot be told apart."""

from orchestrator.stats.interval import Interval
from orchestrator.stats.ranks import ranks


def between(low: float, high: float) -> Interval:
    return Interval(value=(low + high) / 2, low=low, high=high, samples=3)


KNOWN = {
    "first": between(90.0, 99.0),
    "second": between(50.0, 60.0),
    "like the second": between(58.0, 70.0),
    "last": between(1.0, 2.0),
}


def test_values_that_cannot_be_told_apart_share_a_range_of_ranks() -> None:
    assert ranks(KNOWN, KNOWN) == {
        "first": (1, 1),
        "second": (2, 3),
        "like the second": (2, 3),
        "last": (4, 4),
    }


def test_the_lowest_value_can_be_the_best() -> None:
    assert ranks(KNOWN, KNOWN, least_first=True) == {
        "first": (4, 4),
        "second": (2, 3),
        "like the second": (2, 3),
        "last": (1, 1),
    }


def test_unranked_values_take_no_rank() -> None:
    assert ranks(KNOWN, ["second", "last"]) == {"second": (1, 1), "last": (2, 2)}
