"""The cross-check's ratios, the interval of their median, and counts at both ends."""

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from orchestrator.experiments.crosscheck.plan import problems, slice_profile
from orchestrator.experiments.crosscheck.ratios import enough, narrow, service_row
from orchestrator.experiments.crosscheck.record import CrossCheckSettings, Seen, ServiceCheck
from orchestrator.model.catalogue import Names
from orchestrator.model.placement import Network
from orchestrator.stats.series import BATCHED_LEAST, MedianInterval
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
        service="flask",
        name="Flask",
        keep_alive=False,
        counted=counted(),
        pairs=pairs,
        seconds=2.5,
    )
    return replace(example, **changes)  # type: ignore[arg-type]


def test_a_row_has_medians_and_sums() -> None:
    found = service_row(check(0.9, 0.98, 1.1), connections=64)
    assert found.ratio == MedianInterval(median=0.98, low=None, high=None)
    assert (found.lab_rps, found.wrk_rps) == (980, 1000)
    assert found.within_5_percent == "yes"
    assert (found.lab_failures, found.wrk_failures, found.lab_idle) == (0, 0, 0.5)
    assert found.counts_agree
    assert (found.pairs, found.seconds, found.alike) == (3, 2.5, None)


def test_a_pair_in_which_the_rate_of_wrk_is_unknown_has_no_ratio() -> None:
    unknown = replace(pair(500), wrk=wrk(setup_s=None))
    pairs = (*check(0.9, 0.98, 1.1).pairs, unknown)
    found = service_row(check(pairs=pairs), connections=64)
    assert found.ratio == MedianInterval(median=0.98, low=None, high=None)
    assert (found.wrk_rps, found.pairs) == (1000, 4)
    alone = service_row(check(pairs=(unknown,)), connections=64)
    assert (alone.ratio, alone.wrk_rps) == (None, None)


LIMITS = crosscheck_settings(pairs=None, within=0.03, budget_s=120.0)


@pytest.mark.parametrize(
    ("changes", "done"),
    [
        ({"pairs": ()}, False),
        ({"seconds": 119.9}, False),
        ({"seconds": 120.0}, True),
        ({"pairs": (pair(1000),) * (BATCHED_LEAST - 1)}, False),
        ({"pairs": (pair(1000),) * BATCHED_LEAST}, True),
        ({"pairs": (pair(800), pair(1200)) * BATCHED_LEAST}, False),
        ({"pairs": (pair(1000, wrk_rps=0),) * BATCHED_LEAST}, False),
        ({"pairs": (pair(0),) * BATCHED_LEAST}, False),
    ],
    ids=["none", "little time", "no time left", "too few", "narrow", "wide", "no wrk", "no lab"],
)
def test_a_service_is_done_when_its_interval_is_narrow_or_its_time_is_spent(
    changes: dict[str, Any], done: bool
) -> None:
    assert enough(check(1.0, 1.1, **changes), LIMITS) is done


def test_an_exact_number_of_pairs_knows_no_other_limit() -> None:
    exact = crosscheck_settings(pairs=3)
    assert not enough(check(1.0, 1.0, seconds=1e6), exact)
    assert enough(check(1.0, 2.0, 3.0, seconds=0.1), exact)


@pytest.mark.parametrize(
    ("low", "high", "yes"),
    [(0.9709, 1.03, True), (0.97, 1.0, False), (1.0, 1.031, False), (None, None, False)],
)
def test_narrow_is_the_same_factor_either_way(
    low: float | None, high: float | None, yes: bool
) -> None:
    assert narrow(MedianInterval(median=1.0, low=low, high=high), 0.03) is yes


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
    profile = slice_profile(crosscheck_settings(seconds=0.4, connections=64))
    assert (profile.users, profile.step_s, profile.duration_s) == ((64,), 0.4, 0.4)
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
        "--pairs 0: give 1 to 10,000",
        "--seconds 61: give 0.1 to 60, in tenths of a second: wrk can end a slice only then",
        "--connections 0: give 1 to 100,000",
    ]
    assert problems(crosscheck_settings(), THERE) == []
    assert problems(LIMITS, THERE) == []


@pytest.mark.parametrize("seconds", [0.1, 0.3, 0.7, 1, 2.0, 60])
def test_a_slice_has_tenths_of_a_second(seconds: float) -> None:
    assert problems(crosscheck_settings(seconds=seconds), THERE) == []


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"seconds": 0.25}, "--seconds 0.25: give 0.1 to 60, in tenths of a second"),
        ({"seconds": 0.0}, "--seconds 0: give 0.1 to 60"),
        ({"seconds": nan}, "--seconds nan: give 0.1 to 60"),
        ({"seconds": inf}, "--seconds inf: give 0.1 to 60"),
        ({"within": 0.0}, "--within 0: give a percentage above 0, at most 100"),
        ({"within": nan}, "--within nan: give a percentage above 0, at most 100"),
        ({"budget_s": 0.0}, "--budget 0: give more than 0 and at most 86400"),
        ({"budget_s": inf}, "--budget inf: give more than 0 and at most 86400"),
    ],
)
def test_a_limit_that_cannot_be_kept_is_a_problem(changes: dict[str, Any], said: str) -> None:
    limits = {"pairs": None, "within": 0.03, "budget_s": 120.0}
    (problem,) = problems(crosscheck_settings(**{**limits, **changes}), THERE)
    assert problem.startswith(said)
