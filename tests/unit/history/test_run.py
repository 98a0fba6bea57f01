"""What a history keeps of a run."""

from __future__ import annotations

import math

import pytest

from orchestrator.errors import UsageError
from orchestrator.history.checked import checked
from orchestrator.history.run import KeptRow, KeptRun, LeftOut, added, kept
from orchestrator.words import LARGEST
from tests.unit.history.examples import COST, RATE, comparable, row, run


def kept_row(*values: float) -> KeptRow:
    (one,) = run(0, row(*values)).rows
    return one


def test_a_value_is_the_geometric_mean_with_students_interval() -> None:
    found = kept_row(1.0, 2.0, 4.0)
    half = 4.302653 * math.log(2) / math.sqrt(3)  # t of two degrees of freedom, from a table
    assert found.count == 3
    assert found.value == 2.0
    assert found.low == pytest.approx(2 * math.exp(-half), rel=1e-5)
    assert found.high == pytest.approx(2 * math.exp(half), rel=1e-5)


def test_one_repeat_has_no_interval() -> None:
    assert (kept_row(3.0).low, kept_row(3.0).high, kept_row(3.0).count) == (None, None, 1)


def test_numbers_are_rounded_to_six_digits() -> None:
    assert kept_row(math.pi * 1000).value == 3141.59


def test_equal_repeats_have_an_interval_without_width() -> None:
    found = kept_row(0.3, 0.3)
    assert found.low == found.value == found.high == 0.3


def test_huge_values_stay_within_what_a_line_can_hold() -> None:
    found = kept_row(1.0, LARGEST)
    assert found.high is not None
    assert found.low is not None
    assert found.low > 0
    assert found.high <= LARGEST


def test_rows_without_usable_values_are_left_out_and_told() -> None:
    rows = (row(1.0), row(service="sanic", note="failed in load"), row(0.0, service="tornado"))
    found, left_out = kept(comparable(0, *rows))
    assert [one.service for one in found.rows] == ["flask"]
    assert left_out == (
        LeftOut(row="sanic json relative-cost", why="failed in load"),
        LeftOut(row="tornado json relative-cost", why="a value is not above 0"),
    )


def test_a_run_without_rows_is_empty() -> None:
    assert kept(comparable(0))[0].rows == ()
    assert kept(comparable(0))[0].quantities == ()


def test_a_quantity_is_described_once() -> None:
    rows = (row(1.0), row(2.0, service="sanic"), row(3.0, quantity=RATE))
    assert run(0, *rows).quantities == (COST, RATE)


def test_runs_are_in_order_of_time_and_each_is_there_once() -> None:
    first, second = run(0, row(1.0)), run(1, row(2.0))
    assert added(added((), second), first) == (first, second)
    assert added((first, second), first) == (first, second)
    later = run(0, row(1.5))
    assert added((first, second), later) == (later, second)


def wrong(*runs: KeptRun) -> list[str]:
    with pytest.raises(UsageError) as caught:
        checked(list(enumerate(runs, start=1)), "history.jsonl")
    return caught.value.problems


def test_a_run_that_is_there_twice_is_an_error() -> None:
    one = run(0, row(1.0))
    assert wrong(one, run(1, row(1.0)), one) == [
        f"history.jsonl, line 3: {one.run} is in line 1, too; delete one of them"
    ]


def test_lines_that_are_not_consistent_are_named_together() -> None:
    def of(*rows: KeptRow, number: int) -> KeptRun:
        known = run(number, row(1.0))
        return KeptRun(
            schema=known.schema,
            run=known.run,
            started_at=known.started_at,
            experiment=known.experiment,
            conditions=known.conditions,
            circumstances=known.circumstances,
            quantities=known.quantities,
            rows=rows,
        )

    good = KeptRow(
        service="flask", workload="json", quantity="relative-cost", value=1, low=1, high=1, count=2
    )
    strange = KeptRow(
        service="flask", workload="json", quantity="other", value=1, low=2, high=3, count=2
    )
    assert wrong(of(good, good, number=0), of(strange, number=1)) == [
        "history.jsonl, line 1: flask json relative-cost is there twice",
        "history.jsonl, line 2: flask json other: the line does not describe this quantity",
        "history.jsonl, line 2: flask json other: its value is not within its interval",
    ]
