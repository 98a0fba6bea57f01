"""Launches of several servers at once: costs relative to the reference, and ranks from pairs."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import exp, log

import pytest
from scipy import stats

from orchestrator.model.together import Together, TogetherLaunch
from orchestrator.stats.launches import machine_us, rank_of, relative_logs, relatives
from orchestrator.stats.ranks import Ranks
from tests.unit.examples import together

COSTS_US = {"bottle": 200.0, "reference": 50.0, "sanic": 100.0}


def ranks_of(one: Together) -> Ranks:
    return rank_of(relative_logs(one))


def of_slices(*launches: Sequence[Mapping[str, float]]) -> Together:
    empty = replace(together(COSTS_US), launches=())
    made = tuple(
        TogetherLaunch(
            seed=n, order=tuple(slices[0]), at_s=10.0 * n, slices=tuple(map(dict, slices))
        )
        for n, slices in enumerate(launches, 1)
    )
    return replace(empty, launches=made)


def test_drift_that_hits_all_servers_alike_changes_no_ratio() -> None:
    found = relatives(together(COSTS_US, factors=(1.0, 1.3, 0.8)))
    sanic = found["sanic"]
    assert (sanic.relative, sanic.low, sanic.high) == pytest.approx((2.0, 2.0, 2.0))
    assert sanic.launches == 3
    assert sanic.cpu_us == pytest.approx(100 * (1.0 * 1.3 * 0.8) ** (1 / 3))
    assert ranks_of(together(COSTS_US)) == {"sanic": (1, 1), "bottle": (2, 2)}


def test_the_interval_is_students_over_the_launches_logarithms() -> None:
    ratios = (2.0, 2.1, 1.9, 2.05)
    one = of_slices(*[[{**COSTS_US, "sanic": 50 * ratio}] * 4 for ratio in ratios])
    found, logs = relatives(one)["sanic"], [log(ratio) for ratio in ratios]
    low, high = stats.t.interval(0.95, 3, loc=sum(logs) / 4, scale=stats.sem(logs))
    assert (found.low, found.high) == pytest.approx((exp(low), exp(high)))


def test_a_single_wild_slice_of_a_launch_does_not_count() -> None:
    usual = [COSTS_US] * 5
    wild = [{**COSTS_US, "sanic": 900.0}, *[COSTS_US] * 4]
    assert relatives(of_slices(usual, wild))["sanic"].relative == pytest.approx(2.0)


def test_a_single_launch_has_no_interval_and_tells_nothing_apart() -> None:
    one = of_slices([COSTS_US] * 5)
    assert (relatives(one)["sanic"].low, relatives(one)["sanic"].high) == (None, None)
    assert ranks_of(one) == {"bottle": (1, 2), "sanic": (1, 2)}


def test_without_launches_there_is_nothing() -> None:
    none = of_slices()
    assert relatives(none) == {}
    assert ranks_of(none) == {"bottle": (1, 2), "sanic": (1, 2)}


def test_one_service_is_first_of_one() -> None:
    alone = together({"reference": 50.0, "sanic": 100.0})
    assert ranks_of(alone) == {"sanic": (1, 1)}


def test_a_service_that_was_left_out_later_has_no_numbers() -> None:
    one = replace(together(COSTS_US), services=("sanic",))
    assert set(relatives(one)) == {"sanic"}
    assert ranks_of(one) == {"sanic": (1, 1)}


def drawn(draw: random.Random, means: Mapping[str, float], launches: int = 8) -> Together:
    """Launches that vary by 1 %, with a common drift of 10 %, and a reference that costs 1."""

    def launch() -> list[dict[str, float]]:
        drift = exp(draw.gauss(0, 0.1))
        own = {name: drift * mean * exp(draw.gauss(0, 0.01)) for name, mean in means.items()}
        return [{"reference": drift, **own}] * 3

    one = of_slices(*[launch() for _ in range(launches)])
    return replace(one, services=tuple(means))


def test_equal_services_rarely_get_ranks() -> None:
    """In at most 5 of 100 tables; 11 or more of 100 then have a probability of 1 %."""
    draw = random.Random(14)
    means = dict.fromkeys(("a", "b", "c", "d", "e", "f"), 1.0)
    told = sum(
        any(place != (1, 6) for place in ranks_of(drawn(draw, means)).values()) for _ in range(100)
    )
    assert told <= 10


def test_services_ten_per_cent_apart_are_told_apart() -> None:
    draw = random.Random(14)
    means = {name: 1.1**n for n, name in enumerate("abcdef")}
    ranks = ranks_of(drawn(draw, means))
    assert ranks == {name: (n, n) for n, name in enumerate("abcdef", 1)}


def test_the_speed_of_the_machine_is_told_by_the_other_services() -> None:
    names = ("a", "b", "c", "d", "e")
    costs = dict.fromkeys(names, 100.0) | {"reference": 50.0}
    one = replace(of_slices([costs], [{**costs, "a": 500.0}]), services=names)
    assert machine_us(one, "a") == pytest.approx([100.0, 100.0])
    assert machine_us(one, "b") == pytest.approx([100.0, 100.0 * 5**0.25])


def test_a_few_other_services_do_not_tell_the_speed_of_the_machine() -> None:
    """One of them could have changed."""
    assert machine_us(together(COSTS_US), "sanic") == []
