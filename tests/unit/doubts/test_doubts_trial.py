"""Doubts about a row, a step or a rate: each appears exactly where it should."""

from dataclasses import replace
from typing import Any

import pytest

from labwire.thresholds import STEAL_MOST
from orchestrator.doubts.trial import (
    NO_HOLD,
    afterwards,
    intervention_caveats,
    open_loop_caveats,
    other_work,
    step_caveats,
    stop_caveats,
    trial_caveats,
)
from orchestrator.doubts.wrong_answers import WrongAnswers
from orchestrator.model.limit import Limit
from orchestrator.model.trial import Caveat, Step
from tests.unit.examples import open_loop_row, step

DOUBT = Caveat(code="little", text="a", remedy="b")


def codes(caveats: tuple[Caveat, ...]) -> list[str]:
    return [caveat.code for caveat in caveats]


@pytest.mark.parametrize(
    ("in_flight", "found"),
    [
        (0.94, ["little"]),
        (0.95, []),
        (1.0, []),
        (1.05, []),
        (1.06, ["little"]),
        (None, []),
    ],
)
def test_requests_under_way_must_account_for_the_users(
    in_flight: float | None, found: list[str]
) -> None:
    assert codes(step_caveats(step(in_flight=in_flight))) == found


def test_a_violation_of_littles_law_is_told_with_its_number() -> None:
    (caveat,) = step_caveats(step(in_flight=0.501))
    assert caveat.text == "requests under way account for 50% of the users (100% by Little's law)"


@pytest.mark.parametrize(
    ("answered", "found"),
    [(94, ["starved-users"]), (95, []), (100, []), (None, [])],
)
def test_users_without_any_answer_are_starved(answered: int | None, found: list[str]) -> None:
    assert codes(step_caveats(step(users=100, answered_users=answered))) == found


def test_starved_users_are_told_with_their_number() -> None:
    (caveat,) = step_caveats(step(users=8, answered_users=3))
    assert caveat.text == (
        "only 3 of 8 users got any answer: percentiles of successes look too good"
    )


@pytest.mark.parametrize(
    ("late_ms", "median_ms", "found"),
    [
        (2.0, 10.0, []),
        (2.01, 10.0, ["generator-late"]),
        (1.0, 0.0, []),
        (None, 10.0, []),
        (5.0, None, []),
    ],
)
def test_a_load_generator_that_sends_late_is_a_caveat(
    late_ms: float | None, median_ms: float | None, found: list[str]
) -> None:
    row = open_loop_row(late_p99_ms=late_ms, median_ms=median_ms)
    assert codes(open_loop_caveats(row)) == found


def caveats(
    hold: Step | None, limit: Limit = Limit.SERVER_CPU, **changes: Any
) -> tuple[Caveat, ...]:
    known = {"base": "official", "every_step_had_drops": False, **changes}
    return trial_caveats(hold, limit, **known)


def test_a_clean_trial_has_no_caveats() -> None:
    assert caveats(step(loadgen_idle=0.5)) == ()


def test_a_trial_without_a_hold_has_a_caveat_about_its_rank() -> None:
    assert caveats(None, Limit.UNKNOWN) == (NO_HOLD.seen().caveat,)


def test_drops_at_every_step_of_the_ramp_are_a_caveat() -> None:
    assert codes(caveats(step(), every_step_had_drops=True)) == ["every-step-had-drops"]


def test_drops_in_the_hold_are_a_caveat() -> None:
    (caveat,) = caveats(step(failures=3, requests=1_000))
    assert (caveat.code, caveat.text) == (
        "drops-in-hold",
        "3 of the hold's 1000 requests failed",
    )


def test_wrong_answers_are_a_caveat_that_says_how_and_advises_no_fewer_users() -> None:
    held = step(failures=2, requests=5_000, failures_by_kind={"bad_body": 2})
    wrong = WrongAnswers.of(held, {"eof: x": 1, "bad_body: GET /: no": 2})
    (caveat,) = caveats(held, wrong=wrong, every_step_had_drops=True)
    assert (caveat.code, caveat.text) == (
        "wrong-answers",
        "2 of the hold's 5,000 requests got a wrong answer, such as bad_body: GET /: no",
    )
    assert WrongAnswers.of(step(failures=7, failures_by_kind={"timeout": 7}), {}) is None


def test_wrong_answers_beside_drops_leave_their_advice() -> None:
    held = step(failures=9, requests=500, failures_by_kind={"bad_status": 2, "timeout": 7})
    assert codes(caveats(held, wrong=WrongAnswers.of(held, {}))) == [
        "drops-in-hold",
        "wrong-answers",
    ]


def test_a_server_that_recovers_after_the_overload_gives_no_doubts() -> None:
    assert step_caveats(step(phase="settle", in_flight=0.1, users=100, answered_users=0)) == ()


def test_a_doubt_about_the_hold_is_also_about_the_trial() -> None:
    assert caveats(step(caveats=(DOUBT,))) == (DOUBT,)


def test_a_full_load_generator_is_a_caveat() -> None:
    assert codes(caveats(step(loadgen_idle=0.0), Limit.LOADGEN_CPU)) == ["loadgen-limited"]


@pytest.mark.parametrize(("idle", "found"), [(0.149, ["loadgen-busy"]), (0.15, []), (None, [])])
def test_a_nearly_full_load_generator_beside_a_full_server_is_a_caveat(
    idle: float | None, found: list[str]
) -> None:
    assert codes(caveats(step(loadgen_idle=idle))) == found
    assert codes(open_loop_caveats(open_loop_row(loadgen_idle=idle))) == found


def test_a_self_made_base_image_is_a_caveat() -> None:
    (caveat,) = caveats(step(), base="bootstrapped: from Debian")
    assert (caveat.code, caveat.text) == (
        "base-not-official",
        "the base image is not the official one: bootstrapped: from Debian",
    )


QUIET = step(phase="ramp", duration_s=10.0, server_cpu=0.95, server_cpu_used=1.0)
BUSY = replace(QUIET, server_cpu=0.35, server_cpu_used=0.99)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        pytest.param([QUIET, replace(QUIET, phase="hold")], None, id="the server alone"),
        pytest.param([replace(BUSY, duration_s=1.0)], None, id="too short to tell"),
        pytest.param([replace(BUSY, server_cpu_used=None)], None, id="unknown"),
        pytest.param(
            [BUSY, QUIET, replace(QUIET, phase="hold")],
            "something else ran on the server's CPU in 1 of 3 steps, at most 64% of the time (not "
            "in the hold)",
            id="at the beginning",
        ),
        pytest.param(
            [BUSY, replace(BUSY, phase="hold")],
            "something else ran on the server's CPU in 2 of 2 steps, at most 64% of the time (also "
            "in the hold)",
            id="all the time",
        ),
    ],
)
def test_other_work_on_the_servers_cpu_is_a_caveat(steps: list[Step], said: str | None) -> None:
    found = other_work(steps, shared=False)
    assert [caveat.text for caveat in found] == ([said] if said else [])
    assert other_work(steps, shared=True) == ()


@pytest.mark.parametrize(("stop_s", "found"), [(1.9, []), (2.0, ["slow-stop"])])
def test_a_slow_stop_is_a_caveat(stop_s: float, found: list[str]) -> None:
    assert codes(stop_caveats(stop_s)) == found


def test_interventions_by_others_are_listed_in_order() -> None:
    (caveat,) = intervention_caveats(("pause", "unpause"))
    assert "pause, unpause" in caveat.text
    assert intervention_caveats(()) == ()


def test_what_went_wrong_afterwards_is_told_in_its_own_words() -> None:
    assert afterwards("{x} is gone").text == "an error after everything was measured: {x} is gone"


@pytest.mark.parametrize(
    ("stolen", "whose"),
    [
        pytest.param({}, None, id="unknown"),
        pytest.param({"server_steal": STEAL_MOST, "loadgen_steal": 0.0}, None, id="not much"),
        pytest.param(
            {"server_steal": 0.25, "loadgen_steal": 0.2}, "25.0% of the server's CPU", id="server"
        ),
        pytest.param(
            {"server_steal": 0.0, "loadgen_steal": 0.2}, "20.0% of a CPU of the load", id="load"
        ),
        pytest.param({"loadgen_steal": 0.2}, "20.0% of a CPU of the load", id="load alone"),
    ],
)
def test_a_hold_that_lost_much_cpu_time_is_a_caveat(
    stolen: dict[str, float], whose: str | None
) -> None:
    found = caveats(step(**stolen))
    assert codes(found) == (["disturbed-hold"] if whose else [])
    assert all(f"the hypervisor took {whose} during the hold" in one.text for one in found)


@pytest.mark.parametrize(
    ("second", "said", "which"),
    [(0.02, "2.0%", "second"), (0.4, "40.0%", "first"), (None, "an unknown share", "first")],
)
def test_a_hold_that_was_measured_twice_says_so_with_both_numbers(
    second: float | None, said: str, which: str
) -> None:
    holds = [
        step(started_s=15.0, loadgen_steal=0.3, server_steal=0.1, goodput_rps=1_800.0),
        step(started_s=120.0, server_steal=second, goodput_rps=2_500.0),
    ]
    aside = holds.pop(0 if which == "second" else 1)
    caveat = caveats(holds[0], disturbed=replace(aside, phase="disturbed"))[0]
    assert (caveat.code, caveat.text) == (
        "held-twice",
        "the hold was measured twice, because the hypervisor took 30.0% of a CPU during the first "
        f"one (1,800 requests/s); it took {said} during the second one (2,500 requests/s); the "
        f"{which} one counts",
    )


def test_if_both_holds_were_disturbed_two_caveats_say_so() -> None:
    aside = step(phase="disturbed", server_steal=0.3)
    found = caveats(step(started_s=60.0, server_steal=0.2), disturbed=aside)
    assert codes(found) == ["held-twice", "disturbed-hold"]
