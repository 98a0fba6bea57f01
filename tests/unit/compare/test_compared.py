"""Two records row by row: answers, refusals, rows without a partner."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import replace
from math import exp
from random import Random

import pytest

from orchestrator.compare.compared import OWN_LEAST, compared, unequal
from orchestrator.compare.comparison import ComparedRow, Comparison, Spread
from orchestrator.model.comparable import PYTHON, ComparableRow
from orchestrator.stats.answer import Answer
from tests.unit.compare.examples import CPU, comparable, records, row, spread


def pair(base: ComparableRow, head: ComparableRow, *others: ComparableRow) -> ComparedRow:
    """The first row of a comparison; the other rows are in both records."""
    found = compared(comparable(base, *others), comparable(head, *others, run_id="other"))
    return found.rows[0]


def answers(comparison: Comparison, quantity: str) -> dict[str, Answer | None]:
    return {one.service: one.answer for one in comparison.of(quantity)}


def test_only_the_changed_service_is_slower_and_by_as_much_as_it_was_changed() -> None:
    found = compared(*records({"flask": 1.05}, count=20, deviation=0.01))
    for quantity in ("throughput", "cpu-per-request"):
        told = answers(found, quantity)
        assert told.pop("flask") is Answer.SLOWER
        assert set(told.values()) <= {Answer.SAME, Answer.UNDECIDED}
    (flask,) = (one for one in found.of("cpu-per-request") if one.service == "flask")
    assert flask.ratio
    assert flask.ratio.low
    assert flask.ratio.high
    assert flask.ratio.low < 1.05 < flask.ratio.high
    assert found.slower


def test_more_throughput_is_faster_and_more_cost_is_slower() -> None:
    low, high = spread(100, 9, 1, 0.001), spread(200, 9, 2, 0.001)
    assert pair(row(values=low), row(values=high)).answer is Answer.FASTER
    assert pair(row(values=high), row(values=low)).answer is Answer.SLOWER
    cheap, dear = row(values=low, quantity=CPU), row(values=high, quantity=CPU)
    assert pair(cheap, dear).answer is Answer.SLOWER
    assert pair(dear, cheap).answer is Answer.FASTER


def test_same_is_within_one_per_cent_and_else_it_is_undecided() -> None:
    narrow, wide = (
        pair(row(values=spread(1, 50, 1, d)), row(values=spread(1, 50, 2, d)))
        for d in (0.005, 0.05)
    )
    assert narrow.answer is Answer.SAME
    assert wide.answer is Answer.UNDECIDED


def test_a_certain_difference_below_one_per_cent_is_a_difference() -> None:
    base, head = spread(1, 50, 1, 0.001), spread(1.005, 50, 2, 0.001)
    assert pair(row(values=base), row(values=head)).answer is Answer.FASTER


def test_the_smallest_effect_is_half_of_the_interval() -> None:
    found = pair(row(values=spread(1, 9, 1)), row(values=spread(1, 9, 2))).ratio
    assert found
    assert found.low
    assert found.high
    assert found.smallest_effect == pytest.approx(math.sqrt(found.high / found.low) - 1)


def test_five_values_on_both_sides_speak_for_themselves() -> None:
    wild = row("wild", spread(1, 9, 0, 2.0))
    five = row(values=spread(1, OWN_LEAST, 1, 0.001))
    alone, among = (pair(five, replace(five, note=""), *others) for others in ((), (wild,)))
    assert alone.ratio == among.ratio
    assert alone.ratio
    assert alone.ratio.spread is Spread.OWN


def test_fewer_values_take_the_spread_of_all_rows_of_the_quantity() -> None:
    two, three = row(values=spread(1, 2, 1, 0.001)), row(values=spread(1, 3, 2, 0.001))
    wild, other = row("wild", spread(1, 9, 0, 0.5)), row("wild", spread(1, 9, 0, 9.0), quantity=CPU)
    alone, among, beside = (pair(two, three, *rows) for rows in ((), (wild,), (other,)))
    assert alone.ratio
    assert among.ratio
    assert among.ratio.spread is Spread.POOLED
    assert among.ratio.freedom == 3 + 2 * 8
    assert among.ratio.smallest_effect > 10 * alone.ratio.smallest_effect  # type: ignore[operator]
    assert beside.ratio == alone.ratio


def test_a_row_that_varies_more_than_the_others_keeps_its_own_spread() -> None:
    quiet = tuple(row(f"quiet-{n}", spread(1, 3, n, 0.001)) for n in range(8))
    wild = row(values=(1.0, 2.0, 3.0)), row(values=(2.0, 3.0, 4.5))
    assert pair(*wild, *quiet).answer is Answer.UNDECIDED


def test_one_value_everywhere_decides_nothing() -> None:
    found = pair(row(values=(1.0,)), row(values=(5.0,)), row("other", (2.0,)))
    assert found.ratio
    assert found.ratio.ratio == pytest.approx(5.0)
    assert (found.ratio.low, found.ratio.high) == (None, None)
    assert found.ratio.smallest_effect is None
    assert found.ratio.spread is Spread.NONE
    assert found.answer is Answer.UNDECIDED


def test_a_record_with_itself_is_the_same_in_every_row() -> None:
    base, _ = records()
    found = compared(base, base)
    assert found.same_record
    assert {(r.ratio.ratio, r.ratio.low, r.ratio.high) for r in found.rows if r.ratio} == {
        (1, 1, 1)
    }
    assert {one.answer for one in found.rows} == {Answer.SAME}
    assert not found.slower
    later = replace(base, rows=base.rows[1:])
    assert not compared(base, later).same_record


def test_no_row_is_dropped() -> None:
    base, head = records()
    failed = replace(base.rows[0], values=(), note="failed in verify: a wrong body")
    partly = replace(head.rows[2], note="1 of 3 trials failed in load: it ended")
    found = compared(
        replace(base, rows=(failed, *base.rows[1:], row("old", (1.0,)))),
        replace(head, rows=(*head.rows[:2], partly, *head.rows[3:], row("new", (1.0,)))),
    )
    told = {one.service: one for one in found.of("throughput")}
    assert told["aiohttp"].why == "base: failed in verify: a wrong body"
    assert told["old"].why == "only base has this row"
    assert told["new"].why == "only head has this row"
    assert [one.ratio for one in told.values()].count(None) == 3
    assert told["django"].notes == ("head: 1 of 3 trials failed in load: it ended",)
    assert told["django"].ratio


@pytest.mark.parametrize("value", [0.0, -1.0, math.inf, math.nan])
def test_a_value_without_a_logarithm_gives_no_ratio(value: float) -> None:
    good = row("good", spread(1, 3, 1))
    found = pair(row(values=(1.0, value, 2.0)), row(values=(1.0, 1.0)), good)
    assert found.ratio is None
    assert found.why == "base: a value is not a number above 0"


def test_huge_and_tiny_values_have_finite_ratios() -> None:
    found = pair(row(values=(1e-300, 1e-299)), row(values=(1e18, 1e19))).ratio
    assert found
    known = (found.ratio, found.low, found.high, found.smallest_effect)
    assert all(one is not None and math.isfinite(one) for one in known)


def test_empty_records_have_no_rows() -> None:
    found = compared(comparable(), comparable(run_id="other"))
    assert (found.rows, found.headline, found.slower) == ((), None, False)


def test_only_the_headline_decides() -> None:
    base, head = records({"flask": 2.0})
    rates = [one for one in head.rows if one.quantity is not CPU]
    costs = [one for one in head.rows if one.quantity is CPU]
    quiet = [one for one in base.rows if one.quantity is not CPU]
    assert compared(base, replace(head, rows=(*rates, *costs))).slower
    assert not compared(base, replace(head, rows=(*quiet, *costs))).slower


def test_the_unequal_conditions_are_those_that_both_have() -> None:
    base = comparable(conditions={"CPUs": "2", "network": "loopback", "workload text": "a"})
    head = comparable(conditions={"CPUs": "4", "network": "bridge", "workload json": "b"})
    assert [one.sentence for one in unequal(base, head)] == [
        "CPUs: base has 2, head has 4",
        "network: base has loopback, head has bridge",
    ]


def test_runs_on_another_python_are_unequal_and_older_runs_are_on_each_services_own() -> None:
    own, on_312 = comparable(), comparable(conditions={PYTHON: "3.12"})
    assert [one.sentence for one in unequal(own, on_312)] == [
        "Python of all services: base has each service's own, head has 3.12"
    ]
    assert len(unequal(on_312, own)) == len(
        unequal(on_312, comparable(conditions={PYTHON: "3.14"}))
    )
    assert unequal(on_312, on_312) == unequal(own, own) == ()


def test_a_machine_that_became_slower_shows_in_the_shift_of_all_rows() -> None:
    base, head = records()
    slow = [replace(r, values=tuple(0.8 * v for v in r.values)) for r in head.rows]
    shift = compared(base, replace(head, rows=tuple(slow))).shifts["throughput"]
    assert shift.low
    assert shift.high
    assert shift.low < 0.8 < shift.high < 1


def test_of_equal_records_about_one_row_in_a_hundred_is_called_different() -> None:
    """100 comparisons with 9 rows of each quantity: 18 rows in all are expected; 40 never come."""
    for count in (3, 6):
        found = Counter[Answer | None]()
        for number in range(100):
            base, _ = records(count=count)
            rows = tuple(
                replace(r, values=spread(1e4, count, (number, r.service, r.quantity.name, side)))
                for side, record in (("base", base), ("head", base))
                for r in record.rows
            )
            half = len(rows) // 2
            pair_of = comparable(*rows[:half]), comparable(*rows[half:], run_id="other")
            found.update(one.answer for one in compared(*pair_of).rows)
        assert found.total() == 1800
        assert found[Answer.FASTER] + found[Answer.SLOWER] <= 40


def launches(
    speed: float, seed: int, service: str, exponent: float, factor: float
) -> ComparableRow:
    """A row of launches whose relative cost depends on the machine's speed, which varies."""
    draw = Random(f"{seed} speed")
    machine = tuple(speed * exp(draw.gauss(0, 0.1)) for _ in range(16))
    noise = Random(f"{seed} {service}")
    values = tuple(factor * (one / 300) ** exponent * exp(noise.gauss(0, 0.01)) for one in machine)
    return row(service, values, quantity=CPU, machine_us=machine)


def test_another_speed_of_the_machine_is_no_change_of_a_service() -> None:
    """A faster CPU makes some costs smaller relative to the reference, and others larger."""
    exponents = {"bottle": -0.2, "japronto": 0.25, "tornado": 0.05}
    sides = [
        comparable(
            *(
                launches(speed, seed, name, k, slower if name == "tornado" else 1.0)
                for name, k in exponents.items()
            ),
            run_id=f"2026-03-02-{seed:06}",
        )
        for seed, speed, slower in ((1, 300.0, 1.0), (2, 240.0, 1.05))
    ]
    found = {one.service: one.ratio for one in compared(*sides).rows}
    assert {one.spread for one in found.values() if one} == {Spread.ADJUSTED}
    answers = {name: one.answer for name, one in found.items() if one}
    assert answers.pop("tornado") is Answer.SLOWER
    assert not {Answer.SLOWER, Answer.FASTER} & set(answers.values())
    blind = [
        replace(side, rows=tuple(replace(one, machine_us=()) for one in side.rows))
        for side in sides
    ]
    assert {one.answer for one in compared(*blind).rows if one.service != "tornado"} == {
        Answer.SLOWER,
        Answer.FASTER,
    }
