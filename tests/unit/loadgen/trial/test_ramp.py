"""Plays the protocol of 2019 with invented times and counts."""

from dataclasses import replace
from typing import Any

import pytest

from labload.trial.ramp import (
    Ramp,
    Score,
    advance,
    choose_best,
    first,
)
from labwire.settings import RampSettings
from labwire.thresholds import STEAL_MOST

SETTINGS = RampSettings(
    users=(8, 16, 32, 64),
    step_s=10,
    settle_s=5,
    duration_s=120,
    connect_timeout_s=3,
    request_timeout_s=5,
)


def score(rate: float, drops: int = 0) -> Score:
    return Score(completed=int(rate * 10), requests=int(rate * 10), drops=drops, duration_s=10)


def play(settings: RampSettings, boundaries: list[list[Score]]) -> list[Ramp]:
    """All states of a trial whose stages end on time, given a list of scores for each stage.

    After the last list, each further stage adds a score without drops.
    """
    ramps = [first(settings)]
    while not ramps[-1].over:
        ramp = ramps[-1]
        index = ramp.stage.index
        scores = boundaries[min(index, len(boundaries) - 1)][: index + 1]
        scores = scores + [score(100)] * (index + 1 - len(scores))
        ramps.append(advance(ramp, ramp.stage.until_s, scores))
    return ramps


def stages(ramps: list[Ramp]) -> list[tuple[str, int, float]]:
    return [(r.stage.phase, r.stage.users, r.stage.until_s) for r in ramps if not r.over]


def test_without_drops_all_steps_are_taken_and_the_fastest_is_held() -> None:
    scores = [score(100), score(300), score(250), score(200)]
    ramps = play(SETTINGS, [scores[: count + 1] for count in range(4)])
    assert stages(ramps) == [
        ("ramp", 8, 10),
        ("ramp", 16, 20),
        ("ramp", 32, 30),
        ("ramp", 64, 40),
        ("settle", 16, 45),
        ("hold", 16, 120),
    ]
    end = ramps[-1]
    assert (end.ended, end.best_index, end.best_had_drops) == ("steps", 1, False)


def test_a_drop_ends_the_ramp() -> None:
    ramps = play(SETTINGS, [[score(100)], [score(100), score(900, drops=1)]])
    assert stages(ramps)[2:] == [("settle", 8, 25), ("hold", 8, 120)]
    end = ramps[-1]
    assert (end.ended, end.best_index, end.best_had_drops) == ("drops", 0, False)


OVERLOADED = [score(100), score(900, drops=1)]


def test_a_server_that_still_drops_is_given_more_time_to_recover() -> None:
    busy, silent = score(10, drops=3), score(0)
    ramps = play(
        SETTINGS,
        [OVERLOADED[:1], OVERLOADED, [*OVERLOADED, busy], [*OVERLOADED, busy, silent]],
    )
    assert stages(ramps)[2:] == [
        ("settle", 8, 25),
        ("settle", 8, 30),
        ("settle", 8, 35),
        ("hold", 8, 120),
    ]


def test_a_drop_found_while_settling_makes_another_step_the_best() -> None:
    fast, slow = [score(100), score(300)], [score(100), score(300, drops=4)]
    settings = replace(SETTINGS, users=(8, 16))
    ramps = play(settings, [fast[:1], fast, [*slow, score(300)], [*slow, score(300), score(100)]])
    assert stages(ramps)[2:] == [("settle", 16, 25), ("settle", 8, 30), ("hold", 8, 120)]
    end = ramps[-1]
    assert (end.ended, end.best_index, end.best_had_drops) == ("drops", 0, False)


def test_later_noise_does_not_change_the_users() -> None:
    settings = replace(SETTINGS, users=(8, 16))
    before, after = [score(96), score(100)], [score(94), score(100)]
    ramps = play(settings, [before[:1], before, [*after, score(96)], [*after, score(96)]])
    assert stages(ramps)[2:] == [("settle", 8, 25), ("hold", 8, 120)]


def test_a_new_number_of_users_settles_first_even_if_time_is_short() -> None:
    settings = replace(SETTINGS, users=(8, 16), duration_s=31)
    fast, slow = [score(100), score(300)], [score(100), score(300, drops=4)]
    ramps = play(settings, [fast[:1], fast, [*slow, score(300)], [*slow, score(300), score(100)]])
    assert stages(ramps)[2:] == [("settle", 16, 25), ("settle", 8, 30), ("hold", 8, 31)]


def test_a_server_that_never_recovers_is_held_anyway() -> None:
    never = [OVERLOADED[:1], [*OVERLOADED, *[score(10, drops=3)] * 30]]
    states = stages(play(SETTINGS, never))
    assert {phase for phase, _, _ in states[2:-1]} == {"settle"}
    assert states[-1] == ("hold", 8, 120)
    # At most a fifth of the trial, rounded up to the end of a settling stage.
    assert 24 <= 120 - states[-2][2] < 24 + SETTINGS.settle_s


def test_of_equally_fast_steps_the_one_with_fewest_users_is_held() -> None:
    assert choose_best([score(80), score(96), score(100), score(99)]) == 1


def test_a_late_drop_ends_the_ramp_and_counts_in_the_step_it_began_in() -> None:
    late = [score(100), score(300, drops=2), score(200)]
    ramps = play(SETTINGS, [late[:1], [score(100), score(300)], late])
    end = ramps[-1]
    assert (end.ended, end.best_index) == ("drops", 2)
    assert end.stage.users == 32


def test_with_drops_at_the_first_step_that_step_is_held() -> None:
    end = play(SETTINGS, [[score(100, drops=7)]])[-1]
    assert (end.ended, end.best_index, end.best_had_drops) == ("drops", 0, True)
    assert (end.stage.phase, end.stage.users) == ("hold", 8)


def test_a_ramp_that_runs_out_of_time_has_no_hold() -> None:
    ramps = play(replace(SETTINGS, duration_s=15), [[score(100)], [score(100), score(300)]])
    assert stages(ramps) == [("ramp", 8, 10), ("ramp", 16, 15)]
    end = ramps[-1]
    assert (end.ended, end.best_index, end.over) == ("time", 1, True)


def test_the_time_may_end_while_settling() -> None:
    ramps = play(replace(SETTINGS, users=(8,), duration_s=12), [[score(100)]])
    assert stages(ramps) == [("ramp", 8, 10), ("settle", 8, 12)]


def test_a_stage_that_ends_late_moves_the_next_one() -> None:
    ramp = advance(first(SETTINGS), 10.7, [score(100)])
    assert ramp.stage.until_s == pytest.approx(20.7)


@pytest.mark.parametrize(
    ("scores", "best"),
    [
        ([score(1, 9), score(1), score(2)], 2),
        ([score(10, 9), score(10, 3), score(10, 5)], 1),
        ([score(10, 1), score(1000, 10)], 1),
        ([Score(0, 0, 1, 10), score(10, 3)], 1),
        ([Score(0, 0, 0, 0)], 0),
    ],
)
def test_the_best_step(scores: list[Score], best: int) -> None:
    assert choose_best(scores) == best


def test_after_the_hold_come_shares_of_its_rate_then_the_common_rate() -> None:
    settings = replace(SETTINGS, open_s=8, open_shares=(0.25, 0.5), open_rate=70)
    ramps = play(settings, [[score(100)], [score(100), score(900, drops=1)]])
    opened = [ramp.stage for ramp in ramps if ramp.stage.phase == "open" and not ramp.over]
    assert [(s.index, s.users, s.until_s, s.rate, s.share) for s in opened] == [
        (4, 8, 128, 25, 0.25),
        (5, 8, 136, 50, 0.5),
        (6, 8, 144, 70, None),
    ]
    assert (ramps[-1].over, ramps[-1].ended, ramps[-1].best_index) == (True, "drops", 0)


def test_the_common_rate_may_have_its_own_number_of_connections() -> None:
    settings = replace(SETTINGS, open_s=8, open_shares=(0.5,), open_rate=70, open_users=3)
    ramps = play(settings, [[score(100)], [score(100), score(900, drops=1)]])
    opened = [ramp.stage for ramp in ramps if ramp.stage.phase == "open" and not ramp.over]
    assert [(s.users, s.rate) for s in opened] == [(8, 50), (3, 70)]


def test_a_late_end_does_not_shorten_the_next_rate_of_the_open_loop() -> None:
    settings = replace(SETTINGS, open_s=8, open_shares=(0.25, 0.5))
    hold = replace(play(SETTINGS, [[score(100)]])[-1], over=False, settings=settings)
    opened = advance(hold, 125.0, [score(100)])
    assert opened.stage.until_s == 133.0
    assert advance(opened, 136.5, [score(100)] * 2).stage.until_s == 144.5


def test_a_server_that_answers_nothing_has_no_open_loop() -> None:
    settings = replace(SETTINGS, open_s=8, open_shares=(0.25, 0.5), open_rate=70)
    ramp = replace(play(SETTINGS, [[score(100)]])[-1], over=False, settings=settings)
    assert advance(ramp, 120.0, [score(0)]).over


def held(*stolen: float | None, **changes: Any) -> list[Ramp]:
    """A trial of one step whose holds lose these shares of a CPU; each is slower than the last."""
    settings = replace(SETTINGS, users=(8,), **changes)
    holds = [
        replace(score(100 - 10 * n), stolen=share, duration_s=105) for n, share in enumerate(stolen)
    ]
    before = [replace(score(100), stolen=0.9)] * 2
    return play(settings, [before[:1], before, *([*before, *holds[:n]] for n in (1, 2))])


@pytest.mark.parametrize("stolen", [None, 0.0, STEAL_MOST])
def test_a_hold_that_was_not_disturbed_is_the_only_one(stolen: float | None) -> None:
    ramps = held(stolen)
    assert stages(ramps)[2:] == [("hold", 8, 120)]
    assert ramps[-1].disturbed_index is None


@pytest.mark.parametrize(
    ("first", "second", "disturbed"),
    [
        pytest.param(0.11, 0.0, 2, id="the second is quiet"),
        pytest.param(0.3, 0.2, 2, id="the second is less disturbed"),
        pytest.param(0.2, 0.3, 3, id="the second is more disturbed"),
        pytest.param(0.2, 0.2, 2, id="equal"),
        pytest.param(0.2, None, 3, id="unknown"),
    ],
)
def test_a_disturbed_hold_is_measured_again_once_and_the_quieter_one_counts(
    first: float, second: float | None, disturbed: int
) -> None:
    ramps = held(first, second)
    assert stages(ramps)[2:] == [("hold", 8, 120), ("hold", 8, 225)]
    assert [ramp.stage.index for ramp in ramps] == [0, 1, 2, 3, 3]
    assert (ramps[-1].disturbed_index, ramps[-1].over) == (disturbed, True)


@pytest.mark.parametrize(("second", "rate"), [(0.0, 45), (0.3, 50)])
def test_the_open_loop_follows_the_hold_that_counts(second: float, rate: float) -> None:
    scores = held(0.2, second, open_s=8, open_shares=(0.5,))
    (opened,) = [r.stage for r in scores if r.stage.phase == "open" and not r.over]
    assert (opened.index, opened.users, opened.until_s) == (4, 8, 233)
    assert opened.rate == pytest.approx(rate * 10 / 105)


def test_what_is_stolen_before_the_hold_changes_nothing() -> None:
    assert not any(ramp.holds_again(0.9) for ramp in held(0.0) if ramp.stage.phase != "hold")
