"""Taxes: differences and ratios of pairs, the cheapest server, and the kernel's share."""

from __future__ import annotations

import random
from math import exp, log

import pytest
from scipy import stats

from orchestrator.experiments.cost.document import read
from orchestrator.model.together import REFERENCE, Together
from orchestrator.stats.shares import share_of
from orchestrator.stats.student import trimmed
from orchestrator.stats.taxes import on_servers, tax
from tests.conftest import ROOT

RECORDS = ("cost-2026-11-26-600593", "cost-2026-11-26-a335d6")
HALVES = 8


def test_a_tax_is_the_mean_difference_of_the_pairs_with_students_interval() -> None:
    service, base = {1: 3.0, 2: 3.4, 3: 3.2}, {1: 2.0, 2: 2.2, 3: 2.3}
    its = tax(service, base)
    assert its is not None
    differences, logs = [1.0, 1.2, 0.9], [log(3.0 / 2.0), log(3.4 / 2.2), log(3.2 / 2.3)]
    low, high = stats.t.interval(0.95, 2, loc=sum(differences) / 3, scale=stats.sem(differences))
    assert (its.difference, its.low, its.high) == pytest.approx((3.1 / 3, low, high))
    low, high = stats.t.interval(0.95, 2, loc=sum(logs) / 3, scale=stats.sem(logs))
    assert (its.ratio, its.ratio_low, its.ratio_high) == pytest.approx(
        (exp(sum(logs) / 3), exp(low), exp(high))
    )
    assert its.pairs == 3


def test_what_hits_both_alike_leaves_the_ratio_alone_and_scales_the_difference() -> None:
    base = dict(enumerate((1.0, 1.3, 0.8)))
    its = tax({n: 1.5 * cost for n, cost in base.items()}, base)
    assert its is not None
    assert (its.ratio_low, its.ratio_high) == pytest.approx((1.5, 1.5))
    assert its.difference == pytest.approx(0.5 * 3.1 / 3)


def test_only_what_both_have_makes_pairs() -> None:
    its = tax({1: 3.0, 2: 9.0}, {1: 2.0, 3: 1.0})
    assert its is not None
    assert (its.pairs, its.difference, its.low, its.ratio_high) == (1, 1.0, None, None)
    assert tax({1: 3.0}, {2: 3.0}) is None


def test_each_server_is_compared_with_the_cheapest_and_more_pairs_need_wider_intervals() -> None:
    known = {
        "a": {1: 3.0, 2: 3.1, 3: 2.9},
        "b": {1: 2.0, 2: 2.2, 3: 1.9},
        "c": {1: 2.6, 2: 2.5, 3: 2.7},
    }
    found = on_servers(known)
    assert [(one.service, one.cheapest) for one in found] == [("b", "b"), ("c", "b"), ("a", "b")]
    assert found[0].tax is None
    assert found[2].tax == tax(known["a"], known["b"], comparisons=3)
    alone, among = tax(known["a"], known["b"]), found[2].tax
    assert alone is not None
    assert among is not None
    assert among.low is not None
    assert alone.low is not None
    assert among.low < alone.low


def test_a_single_server_has_no_tax() -> None:
    assert on_servers({"a": {1: 3.0}, "b": {}}) == ()


def test_the_kernels_share_is_a_ratio_of_sums() -> None:
    its = share_of([1.0, 3.0, 2.0], [1.0, 5.0, 2.0])
    assert its is not None
    assert its.value == pytest.approx(6 / 14)
    off = [1 - 2 * 6 / 14, 3 - 8 * 6 / 14, 2 - 4 * 6 / 14]
    low, high = stats.t.interval(0.95, 2, loc=0, scale=stats.sem(off))
    assert (its.low, its.high) == pytest.approx((6 / 14 + low * 3 / 14, 6 / 14 + high * 3 / 14))


def test_a_share_without_time_is_unknown_and_one_launch_gives_no_interval() -> None:
    assert share_of([], []) is None
    assert share_of([0.0], [0.0]) is None
    one = share_of([1.0], [3.0])
    assert one is not None
    assert (one.value, one.low, one.reach) == (0.25, None, None)


def test_the_reach_of_a_share_is_not_cut_where_its_interval_is() -> None:
    its = share_of([2.0, 0.0, 0.0], [98.0, 100.0, 100.0])
    assert its is not None
    assert its.reach is not None
    low, high = stats.t.interval(0.95, 2, loc=0, scale=stats.sem([2 - 2 / 3, -2 / 3, -2 / 3]))
    assert its.reach == pytest.approx((high - low) / 200)
    assert its.low == 0.0
    assert its.high == pytest.approx(its.value + its.reach)


def test_the_interval_of_a_share_holds_the_true_one_in_most_cases() -> None:
    """Ticks as chance: 30 in each of 12 launches, 40 % of them in the kernel."""
    draw, right = random.Random(15), 0
    for _ in range(200):
        kernel = [sum(draw.random() < 0.4 for _ in range(30)) for _ in range(12)]
        its = share_of(kernel, [30 - ticks for ticks in kernel])
        assert its is not None
        assert its.low is not None
        assert its.high is not None
        right += its.low <= 0.4 <= its.high
    assert right >= 180


def _half(together: Together, service: str, chosen: list[set[int]]) -> dict[int, float]:
    """A service's relative cost in each launch, from these slices alone."""
    return {
        launch.seed: exp(
            trimmed([log(launch.slices[n][service] / launch.slices[n][REFERENCE]) for n in places])
        )
        for launch, places in zip(together.launches, chosen, strict=True)
    }


def test_a_service_on_its_own_server_has_no_tax() -> None:
    """Measured costs, not drawn ones: each service against itself, in other slices.

    The slices of every launch are divided at random into two halves; one is the service, the other
    its base. Their costs vary as those of real services do, and the true tax is 0. `python -m
    tests.benchmarks.same_twice` does this with containers of their own.
    """
    draw, inside, count = random.Random(15), 0, 0
    for name in RECORDS:
        record = read((ROOT / "results" / name / "cost.json").read_bytes(), name)
        for together in record.together:
            for service in together.services:
                for _ in range(HALVES):
                    every = [range(len(launch.slices)) for launch in together.launches]
                    one = [set(draw.sample(all_, len(all_) // 2)) for all_ in every]
                    rest = [set(all_) - half for all_, half in zip(every, one, strict=True)]
                    its = tax(_half(together, service, one), _half(together, service, rest))
                    assert its is not None
                    assert its.low is not None
                    assert its.high is not None
                    assert (
                        its.high - its.low
                        < 0.3 * _half(together, service, one)[together.launches[0].seed]
                    )
                    inside += its.low <= 0 <= its.high
                    count += 1
    assert 0.92 <= inside / count < 1  # 95 % is right; never missing would mean too wide
