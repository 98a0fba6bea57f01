"""The rows of a cost table follow from its launches."""

from dataclasses import replace
from itertools import pairwise
from math import exp, log

import pytest

from orchestrator.experiments.cost.rows import cost_rows, neighbours
from orchestrator.experiments.cost.tables import all_rows, pair_tables, workload_tables
from orchestrator.model.together import REFERENCE
from orchestrator.report.table import csv_text
from orchestrator.stats.launches import certainly_less, rank_of, relative_logs
from tests.unit.experiments.cost.examples import (
    COSTS,
    cost_record,
    exact,
    launches,
    left_out,
    together,
)


def test_a_relative_cost_is_the_geometric_mean_of_the_launches() -> None:
    record = cost_record(together(services=("flask",), launches=exact({"flask": 8.0}, (0.5, 2.0))))
    (row,) = cost_rows(record)
    assert row.relative == pytest.approx(8.0)
    assert row.cpu_us_per_request == pytest.approx(80.0)
    # t for 95 % and one degree of freedom is 12.7062; the logs are ± log 2 around their mean.
    reach = 12.7062047 * log(2)
    assert row.low == pytest.approx(8.0 * exp(-reach), rel=1e-6)
    assert row.high == pytest.approx(8.0 * exp(reach), rel=1e-6)
    assert (row.launches, row.rank, row.note) == (2, (1, 1), "")


def test_the_drift_of_the_machine_cancels() -> None:
    for row in cost_rows(cost_record()):
        assert row.relative == pytest.approx(COSTS[row.service], rel=0.03)
        assert row.low is not None
        assert row.high is not None
        assert row.high / row.low < 1.05  # the drift alone has a standard deviation of 13 %


def test_the_least_cost_comes_first_and_has_rank_1() -> None:
    rows = cost_rows(cost_record())
    assert [row.service for row in rows] == sorted(COSTS, key=COSTS.__getitem__)
    assert [row.rank for row in rows] == [(1, 1), (2, 2), (3, 3), (4, 4)]


def test_services_that_cannot_be_told_apart_share_ranks() -> None:
    costs = {"a": 2.0, "b": 2.0, "c": 4.0}
    known = together(services=tuple(costs), launches=launches(6, costs))
    assert rank_of(relative_logs(known)) == {"a": (1, 2), "b": (1, 2), "c": (3, 3)}
    assert (neighbours(known).told_apart, neighbours(known).pairs) == (1, 2)


def test_what_hits_all_servers_of_a_launch_alike_does_not_blur_ranks() -> None:
    """The values spread by a factor of two, their differences not at all."""
    known = together(
        services=("a", "b"), launches=exact({"a": 2.0, "b": 2.02}, (0.5, 2.0, 1.0, 1.5))
    )
    assert rank_of(relative_logs(known)) == {"a": (1, 1), "b": (2, 2)}


def test_more_pairs_need_more_evidence() -> None:
    one, other = [0.0, 0.1, 0.2], [0.05, 0.16, 0.24]
    assert certainly_less(one, other, pairs=1)
    assert not certainly_less(one, other, pairs=36)


def test_equal_services_are_seldom_told_apart() -> None:
    """Bonferroni: in at most 5 of 100 tables any of the ranks is wrong by chance."""
    costs = dict.fromkeys("abcde", 3.0)
    wrong = 0
    for seed in range(200):
        found = rank_of(
            relative_logs(
                together(services=tuple(costs), launches=launches(5, costs, slices=5, seed=seed))
            )
        )
        wrong += any(rank != (1, 5) for rank in found.values())
    assert wrong <= 18  # 10 are expected at most; more than 18 come in 1 of 100 cases


def test_a_disturbed_slice_does_not_count() -> None:
    calm = together(launches=launches(2))
    first, *others = calm.launches[0].slices
    disturbed = {name: us * (50 if name == "flask" else 1) for name, us in first.items()}
    launch = replace(calm.launches[0], slices=(disturbed, *others))
    shaken = replace(calm, launches=(launch, calm.launches[1]))
    before, after = relative_logs(calm)["flask"][0], relative_logs(shaken)["flask"][0]
    assert abs(after - before) < 0.02


def test_one_launch_gives_a_value_without_an_interval_or_a_rank() -> None:
    for row in cost_rows(cost_record(together(launches=launches(1)))):
        assert row.relative is not None
        assert (row.low, row.high, row.rank) == (None, None, None)
        assert row.note == "one launch gives no interval"


def test_before_a_launch_nothing_is_measured() -> None:
    record = cost_record(together(launches=()))
    assert {row.note for row in cost_rows(record)} == {"not measured"}
    assert all(row.relative is None for row in cost_rows(record))
    assert pair_tables(record) == ()


def test_a_service_that_was_left_out_has_no_numbers_even_if_launches_measured_it() -> None:
    one = together(services=("sanic", "aiohttp", "bottle"), left_out=(left_out("flask"),))
    *others, last = cost_rows(cost_record(one))
    assert [row.service for row in others] == ["sanic", "aiohttp", "bottle"]
    assert (last.service, last.relative, last.rank, last.launches) == ("flask", None, None, 0)
    assert last.note == "does not keep the contract: GET /json: its status is 500, not 200"


def test_a_single_service_is_first_and_has_no_neighbour() -> None:
    known = together(services=("flask",), launches=launches(3, {"flask": 8.0}))
    (row,) = cost_rows(cost_record(known))
    assert row.rank == (1, 1)
    assert neighbours(known).pairs == 0


def test_no_service_left_gives_only_notes() -> None:
    gone = tuple(left_out(name) for name in COSTS)
    record = cost_record(together(services=(), launches=(), left_out=gone))
    assert [row.relative for row in cost_rows(record)] == [None] * 4
    assert len(workload_tables(record)[0].rows) == 4


def test_huge_and_tiny_costs_stay_finite() -> None:
    costs = {"tiny": 1e-12, "huge": 1e12}
    known = together(services=tuple(costs), launches=exact(costs, (1.0, 1.01)))
    rows = {row.service: row for row in cost_rows(cost_record(known))}
    assert rows["tiny"].relative == pytest.approx(1e-12, rel=0.01)
    assert rows["huge"].relative == pytest.approx(1e12, rel=0.01)


def test_workloads_are_ranked_on_their_own() -> None:
    costs = {"sanic": 4.0, "flask": 2.0}
    record = cost_record(
        together(services=("sanic", "flask")),
        together(workload="text", services=("sanic", "flask"), launches=launches(4, costs)),
    )
    order = [(row.workload, row.service) for row in cost_rows(record)]
    assert order == [
        ("json", "sanic"), ("json", "flask"), ("text", "flask"), ("text", "sanic"),
    ]  # fmt: skip


def test_tables_show_every_row_and_programs_get_plain_numbers() -> None:
    record = cost_record()
    (table,) = workload_tables(record)
    assert [row[0] for row in table.shown] == ["Sanic", "Aiohttp", "Bottle", "Flask"]
    header, *lines = csv_text(all_rows(record)).splitlines()
    assert header == "service,workload,relative,low,high,cpu_us_per_request,rank,launches,note"
    for line, row in zip(lines, cost_rows(record), strict=True):
        service, workload, relative, *_ = line.split(",")
        assert (service, workload, float(relative)) == (row.service, row.workload, row.relative)


def test_pairs_are_neighbours_and_their_ratios_fit_the_rows() -> None:
    record = cost_record()
    (table,) = pair_tables(record)
    known = [row.relative for row in cost_rows(record)]
    expected = [f"{b / a:.3f}" for a, b in pairwise(known) if a and b]
    assert [row[2] for row in table.shown] == expected
    assert {row[-1] for row in table.shown} == {"yes"}


def test_the_reference_has_no_row() -> None:
    assert REFERENCE not in {row.service for row in cost_rows(cost_record())}
