"""The answer of a comparison, from launches made at random and from exact ones."""

from dataclasses import replace
from math import sqrt

import pytest

from orchestrator.cli.experiments import exit_code
from orchestrator.experiments.ab import AB
from orchestrator.experiments.ab.answer import Found, beside, found
from orchestrator.experiments.ab.record import ABRecord, By, Counts, Launch, SliceCost
from orchestrator.stats.answer import SAME_WITHIN, Answer
from tests.unit.experiments.ab.examples import (
    ab_record,
    ab_settings,
    by_instructions,
    counts,
    failed,
    launches,
)


def answer(record: ABRecord) -> Found:
    known = found(record)
    assert known is not None
    return known


def exact(*slices: tuple[float, float, float]) -> Launch:
    """A launch with these costs of base, of its second container, and of the head."""
    return replace(
        launches(1)[0],
        slices=tuple(
            SliceCost(base_us=base, again_us=again, head_us=head) for base, again, head in slices
        ),
    )


@pytest.mark.parametrize(
    ("count", "effect", "expected"),
    [
        (24, 0.05, Answer.SLOWER),
        (24, -0.05, Answer.FASTER),
        (80, 0.0, Answer.SAME),
        (8, 0.0, Answer.UNDECIDED),
    ],
)
def test_the_answer_follows_the_effect(count: int, effect: float, expected: Answer) -> None:
    known = answer(ab_record(launches=launches(count, effect)))
    assert known.answer is expected
    assert known.cost.low is not None
    assert known.cost.high is not None
    assert known.cost.low < 1 + effect < known.cost.high
    assert known.known is (expected is not Answer.UNDECIDED)
    assert (known.same_within is not None) is (expected is Answer.SAME)
    assert (known.same_within or 0) <= SAME_WITHIN


def test_nothing_measured_is_no_answer() -> None:
    assert found(ab_record(launches=())) is None
    assert beside(ab_record(launches=())) is None


@pytest.mark.parametrize("count", [1, 4])
def test_too_few_launches_have_a_ratio_but_no_interval(count: int) -> None:
    known = answer(ab_record(launches=launches(count, 0.5)))
    assert known.answer is Answer.UNDECIDED
    assert known.cost.ratio > 1.4
    assert (known.cost.low, known.cost.high, known.smallest_effect) == (None, None, None)
    assert (known.cost.spread is None) is (count == 1)
    assert not known.known


def test_the_head_is_compared_with_the_mean_of_both_containers_of_the_base() -> None:
    known = answer(ab_record(launches=(exact((100, 400, 200)),)))
    assert known.cost.ratio == pytest.approx(1)
    assert known.again.ratio == pytest.approx(4)


def test_a_disturbed_slice_does_not_move_its_launch() -> None:
    quiet = ((100, 100, 110), (90, 90, 99), (110, 110, 121), (80, 80, 88))
    known = answer(ab_record(launches=(exact((100, 100, 900), *quiet),)))
    assert known.cost.ratio == pytest.approx(1.1)


def test_a_launch_counts_once_however_many_slices_it_has() -> None:
    many, few = exact(*[(100.0, 100.0, 121.0)] * 9), exact((100, 100, 100))
    known = answer(ab_record(launches=(many, few)))
    assert known.cost.ratio == pytest.approx(1.1)
    assert known.cost.count == 2


def test_a_difference_inside_that_of_the_base_with_itself_is_not_slower() -> None:
    known = answer(ab_record(launches=launches(40, 0.05, again=0.06)))
    assert known.cost.low is not None
    assert known.cost.low > 1
    assert known.again.high is not None
    assert known.again.high > known.cost.ratio
    assert known.answer is Answer.UNDECIDED


@pytest.mark.parametrize(
    ("tolerated", "above", "known"),
    [(0.0, True, True), (0.03, True, True), (0.05, False, False), (0.1, False, True)],
)
def test_a_slow_down_is_compared_with_the_tolerated_one(
    tolerated: float, above: bool, known: bool
) -> None:
    settings = ab_settings(fail_above=tolerated)
    seen = answer(ab_record(settings=settings, launches=launches(40, 0.05)))
    assert seen.answer is Answer.SLOWER
    assert (seen.above, seen.known) == (above, known)


def test_the_smallest_effect_is_half_of_the_interval() -> None:
    known = answer(ab_record())
    assert known.cost.low is not None
    assert known.cost.high is not None
    assert known.smallest_effect == pytest.approx(sqrt(known.cost.high / known.cost.low) - 1)


def test_instructions_decide_with_a_few_hash_seeds() -> None:
    known = answer(by_instructions())
    assert (known.answer, known.cost.count) == (Answer.SLOWER, 5)
    same = answer(by_instructions(counts=counts(effect=0.0)))
    assert same.answer is Answer.SAME
    assert same.same_within is not None
    assert same.same_within < 0.002


def test_equal_instructions_are_the_same_within_nothing() -> None:
    equal = Counts(seed=1, at_s=1.0, base=1e6, again=1e6, head=1e6)
    known = answer(by_instructions(counts=(equal, equal, equal)))
    assert (known.answer, known.same_within) == (Answer.SAME, 0)


def test_launches_do_not_decide_if_instructions_do() -> None:
    record = by_instructions(launches=launches(40, 0.5), counts=counts(effect=0.0))
    assert answer(record).answer is Answer.SAME


def test_the_closed_loop_stands_beside_the_answer() -> None:
    closed = beside(ab_record(launches=launches(40, 0.1)))
    assert closed is not None
    assert closed.throughput.ratio == pytest.approx(1 / 1.1, rel=0.03)
    assert closed.p50.ratio == pytest.approx(1.1, rel=0.03)
    assert closed.p99.count == 40
    assert beside(by_instructions()) is None


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (ab_record(launches=launches(24, 0.05)), 1),
        (ab_record(launches=launches(24, 0.05), settings=ab_settings(fail_above=0.1)), 0),
        (ab_record(launches=launches(24, -0.05)), 0),
        (ab_record(launches=launches(80)), 0),
        (ab_record(launches=launches(8)), 0),
        (by_instructions(), 1),
        (failed(), 2),
        (ab_record(launches=launches(24, 0.05), interrupted=True), 130),
    ],
    ids=["slower", "tolerated", "faster", "same", "undecided", "by count", "failed", "interrupted"],
)
def test_the_exit_code_is_for_ci(record: ABRecord, code: int) -> None:
    assert exit_code(AB, record) == code


def test_the_settings_say_what_decides() -> None:
    assert ab_settings().by is By.CPU
    assert by_instructions().settings.by is By.INSTRUCTIONS
