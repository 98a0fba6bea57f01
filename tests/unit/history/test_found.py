"""Lines of a history, and the changes in them."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from orchestrator.history.found import Found, found
from orchestrator.history.line import differing, digest, lines
from orchestrator.history.noise import weighted
from orchestrator.history.run import KeptRun
from orchestrator.stats.answer import Answer
from tests.benchmarks.nights import Nights
from tests.benchmarks.nights import runs as synthetic
from tests.unit.history.examples import COST, RATE, changed, many, nights, row, run


def only(runs: list[KeptRun]) -> Found:
    (one,) = found(runs)
    return one


def test_two_changes_are_found_with_their_runs_and_sizes() -> None:
    up, down = only(changed()).changes
    assert (up.before.run.run, up.after.run.run) == (
        "cost-2026-01-10-000009",
        "cost-2026-01-11-00000a",
    )
    assert down.after.run.started_at == "2026-01-21T02:00:00Z"
    assert up.low < 1.2 < up.high
    assert down.low < 1 / 1.2 < down.high
    assert (up.answer, down.answer) == (Answer.SLOWER, Answer.FASTER)
    assert up.earliest == up.latest == up.after


def test_more_requests_a_second_are_faster() -> None:
    up, down = only(changed(quantity=RATE)).changes
    assert (up.answer, down.answer) == (Answer.FASTER, Answer.SLOWER)


def test_what_else_differs_at_a_change_is_told() -> None:
    up, down = only(changed()).changes
    assert up.also == ("kernel 6.1 → 6.2",)
    assert down.also == ()


def test_levels_are_the_stretches_between_changes() -> None:
    levels = only(changed()).levels
    assert [round(one.value, 1) for one in levels] == [1.0, 1.2, 1.0]
    assert [one.first.run.started_at[8:10] for one in levels] == ["01", "11", "21"]
    assert [one.last.run.started_at[8:10] for one in levels] == ["10", "20", "30"]


def test_few_runs_are_said_to_be_few() -> None:
    assert [only(nights([1.0] * count)).missing for count in (1, 9, 10)] == [9, 1, 0]
    assert only(nights([1.0] * 5 + [2.0] * 4)).changes == ()


def test_a_history_without_runs_has_no_lines() -> None:
    assert found([]) == ()


def test_hosts_are_never_in_one_line() -> None:
    """Two machines in turn, one twice as fast: mixed, they would look like noise."""
    slow = nights([2.0] * 30, conditions={"CPU model": "slow"})
    fast = nights([1.0] * 30, conditions={"CPU model": "fast"})
    mixed = [pair[number % 2] for number, pair in enumerate(zip(slow, fast, strict=True))]
    known = found(mixed)
    assert [len(one.line.points) for one in known] == [15, 15]
    assert [one.changes for one in known] == [(), ()]


def test_the_conditions_of_another_workload_do_not_split_a_line() -> None:
    other = {"CPU model": "one", "CPUs": "2", "workload json": "GET /json", "workload text": "GET"}
    both = [run(0, row(1.0)), run(1, row(1.0), conditions=other)]
    assert [len(line.points) for line in lines(both)] == [2]
    changed_workload = {**other, "workload json": "GET /json, other bytes"}
    both.append(run(2, row(1.0), conditions=changed_workload))
    assert sorted(len(line.points) for line in lines(both)) == [1, 2]


def test_another_name_for_people_does_not_split_a_line() -> None:
    renamed = replace(COST, title="cost")
    (line,) = lines([run(0, row(1.0)), run(1, row(1.0, quantity=renamed))])
    assert line.quantity.title == "cost"
    in_seconds = replace(COST, unit="s")
    assert len(lines([run(0, row(1.0)), run(1, row(1.0, quantity=in_seconds))])) == 2


def test_only_some_lines_are_searched_if_asked() -> None:
    assert [one.line.key.quantity for one in found(many(), quantity="throughput")] == ["throughput"]
    assert found(many(), service="sanic") == ()


def test_other_services_at_once_are_another_condition() -> None:
    nine = {"workload json": "GET /json", "workload json, services at once": "a, b, c"}
    eight = nine | {"workload json, services at once": "a, b"}
    both = [run(0, row(1.0), conditions=nine), run(1, row(1.0), conditions=eight)]
    assert len(found(both)) == 2


def test_conditions_are_told_apart_by_a_short_name() -> None:
    assert digest((("CPUs", "1"),)) != digest((("CPUs", "2"),))
    assert differing([{"a": "1", "b": "2"}, {"a": "1", "b": "3"}, {"b": "3", "c": "4"}]) == [
        "a",
        "b",
        "c",
    ]


def test_nights_that_vary_far_more_than_their_repeats_are_noise() -> None:
    """Each night's own interval is far too narrow to hold the next night's value."""
    draw = np.random.default_rng(4)
    night = Nights(night=0.05, repeat=0.002)
    wrong = 0
    for _ in range(60):
        (one,) = found(synthetic({"flask": night.values(np.zeros(25), draw)}))
        wrong += bool(one.changes)
    assert wrong <= 4  # 5 or more of 60 have a probability of 0.03 % at 1 %


@pytest.mark.parametrize(("night", "repeat"), [(0.03, 0.001), (0.0, 0.03), (0.02, 0.02)])
def test_the_weights_tell_the_true_variance(night: float, repeat: float) -> None:
    true = night**2 + repeat**2 / 8
    draw = np.random.default_rng(2)
    noise = Nights(night=night, repeat=repeat)
    known = []
    for _ in range(40):
        (line,) = lines(synthetic({"flask": noise.values(np.zeros(60), draw)}))
        known.append(float(np.median(1 / weighted(line).weights)))
    assert np.mean(known) == pytest.approx(true, rel=0.2)


def test_a_change_does_not_make_the_noise_look_larger() -> None:
    draw = np.random.default_rng(2)
    values = Nights().values(np.zeros(60), draw)
    (flat,) = lines(synthetic({"flask": values}))
    (step,) = lines(synthetic({"flask": values + np.repeat((0.0, 1.0), 30)[:, None]}))
    before, after = (np.median(1 / weighted(line).weights) for line in (flat, step))
    assert after == pytest.approx(before, rel=0.15)


def test_one_disturbed_night_counts_no_more_than_an_unusual_one() -> None:
    runs = nights([1.0] * 15 + [3.0] + [1.0] * 15)
    (line,) = lines(runs)
    assert weighted(line).values[15] < math.log(1.3)
    assert found(runs)[0].changes == ()


def test_exact_values_are_equal_but_for_their_rounding() -> None:
    runs = [run(number, row(1.0 if number < 15 else 1.001)) for number in range(30)]
    (changed,) = only(runs).changes
    assert changed.ratio == pytest.approx(1.001, rel=1e-6)
    assert only(runs[:15]).changes == ()
