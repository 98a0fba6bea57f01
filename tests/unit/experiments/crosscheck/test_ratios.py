"""The cross-check's ratios, the interval of their median, and counts at both ends."""

import statistics
from dataclasses import replace
from random import Random

import pytest

from orchestrator.experiments.crosscheck.plan import problems, slice_profile
from orchestrator.experiments.crosscheck.ratios import (
    MedianInterval,
    median_interval,
    service_row,
)
from orchestrator.experiments.crosscheck.record import CrossCheckSettings, Seen, ServiceCheck
from orchestrator.model.catalogue import Names
from orchestrator.model.placement import Network
from tests.unit.experiments.crosscheck.crosschecks import (
    counted,
    crosscheck_settings,
    lab,
    pair,
    wrk,
)

THERE = Names(services=("flask",), workloads=("json",))


def check(*ratios: float, **changes: object) -> ServiceCheck:
    pairs = tuple(pair(lab_rps=1000 * ratio, wrk_rps=1000) for ratio in ratios)
    example = ServiceCheck(
        service="flask", name="Flask", keep_alive=False, counted=counted(), pairs=pairs
    )
    return replace(example, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("count", "rank"),
    # Ranks as in printed tables of the sign test.
    [(6, 1), (8, 1), (9, 2), (10, 2), (12, 3), (15, 4), (20, 6), (25, 8)],
)
def test_the_interval_of_a_median_lies_between_these_ranks(count: int, rank: int) -> None:
    values = [float(n) for n in range(1, count + 1)]
    found = median_interval(Random(1).sample(values, count))
    assert found == MedianInterval(median=(count + 1) / 2, low=rank, high=count + 1 - rank)


@pytest.mark.parametrize("count", [1, 2, 5])
def test_five_values_are_too_few_for_an_interval(count: int) -> None:
    assert median_interval([1.0] * count) == MedianInterval(median=1.0, low=None, high=None)


def test_the_interval_holds_the_true_median_nearly_always() -> None:
    draw = Random(7)
    intervals = [median_interval([draw.expovariate(1.0) for _ in range(10)]) for _ in range(2000)]
    true = 0.693147
    held = sum(i.low <= true <= i.high for i in intervals if i.low and i.high)
    assert held / 2000 == pytest.approx(1 - 22 / 1024, abs=0.01)


def test_no_values_have_no_median() -> None:
    with pytest.raises(statistics.StatisticsError):
        median_interval([])


def test_a_row_has_medians_and_sums() -> None:
    found = service_row(check(0.9, 0.98, 1.1), connections=64)
    assert found.ratio == MedianInterval(median=0.98, low=None, high=None)
    assert (found.lab_rps, found.wrk_rps) == (980, 1000)
    assert found.within_5_percent == "yes"
    assert (found.lab_failures, found.wrk_failures, found.lab_idle) == (0, 0, 0.5)
    assert found.counts_agree


@pytest.mark.parametrize(
    ("ratio", "within"), [(0.951, "yes"), (1.049, "yes"), (0.949, "no"), (1.051, "no")]
)
def test_within_five_percent_counts_in_both_directions(ratio: float, within: str) -> None:
    assert service_row(check(ratio), connections=64).within_5_percent == within


def test_a_slice_in_which_wrk_got_nothing_gives_no_ratio() -> None:
    found = service_row(check(pairs=(pair(lab_rps=5, wrk_rps=0),)), connections=64)
    assert (found.ratio, found.within_5_percent) == (None, None)


def test_nothing_measured_is_none_and_does_not_agree() -> None:
    found = service_row(check(counted=None), connections=64)
    assert (found.ratio, found.lab_rps, found.lab_counts, found.wrk_wrong) == (None,) * 4
    assert not found.counts_agree


@pytest.mark.parametrize(
    ("seen", "agrees", "exact"),
    [(999, False, False), (1000, True, False), (1063, True, False), (1064, True, True),
     (1065, False, False)],
)  # fmt: skip
def test_the_server_saw_what_the_lab_sent(seen: int, agrees: bool, exact: bool) -> None:
    both = counted(
        lab=lab(requests=1000, unfinished=64), lab_seen=Seen(requests=seen, segments=seen)
    )
    found = service_row(check(counted=both), connections=64).lab_counts
    assert found is not None
    assert (found.agrees, found.exact) == (agrees, exact)


def test_requests_without_a_connection_are_not_expected_at_the_server() -> None:
    starved = lab(requests=1000, failures={"connect_timeout": 30, "reset": 2}, unfinished=0)
    both = counted(lab=starved, lab_seen=Seen(requests=970, segments=990))
    found = service_row(check(counted=both), connections=64).lab_counts
    assert found is not None
    assert found.exact
    assert found.sent_again == 20


@pytest.mark.parametrize(("seen", "agrees"), [(99, False), (100, True), (167, True), (168, False)])
def test_wrk_has_one_request_under_way_on_each_connection(seen: int, agrees: bool) -> None:
    both = counted(
        wrk=wrk(requests=100, read_errors=3), wrk_seen=Seen(requests=seen, segments=seen)
    )
    found = service_row(check(counted=both), connections=64).wrk_counts
    assert found is not None
    assert found.agrees is agrees


def test_with_a_wrong_answer_the_clients_do_not_agree() -> None:
    assert not service_row(
        check(1.0, counted=counted(wrk=wrk(wrong=1))), connections=64
    ).counts_agree


def test_a_slice_is_one_step_of_the_lab_without_an_open_loop() -> None:
    profile = slice_profile(crosscheck_settings(seconds=3, connections=64))
    assert (profile.users, profile.step_s, profile.duration_s) == ((64,), 3.0, 3.0)
    assert (profile.settle_s, profile.open_s, profile.open_rate) == (0.0, 0.0, None)


def test_all_problems_are_reported_together() -> None:
    wrong = CrossCheckSettings(
        services=("falsk", "flask"),
        workload="xml",
        pairs=0,
        seconds=61,
        connections=0,
        network=Network.LOOPBACK,
    )
    crowded = replace(wrong, connections=901, client="fasthttp")
    assert "--connections 901: the client fasthttp allows at most 900" in problems(crowded, THERE)
    assert problems(wrong, THERE) == [
        "no service 'falsk'; choose from flask",
        "no workload 'xml'; choose from json",
        "--pairs 0: give 1 to 1000",
        "--seconds 61: give 1 to 60",
        "--connections 0: give 1 to 100,000",
    ]
    assert problems(crosscheck_settings(), THERE) == []
