"""The guard accepts exactly one framework. The time is simulated."""

from collections.abc import Callable, Sequence

import pytest

from labload.interactive.guard import ANSWER_S, APPEAR_S, RefusedError, guard

NAMES = {"10.0.0.2": "weblab-flask-1", "10.0.0.3": "weblab-sanic-1"}
ONE, TWO = ["10.0.0.2"], ["10.0.0.2", "10.0.0.3"]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def run(
    resolve: Callable[[float], Sequence[str]], answers: Callable[[float], bool]
) -> tuple[str, float]:
    clock = Clock()
    name = guard(
        lambda: resolve(clock.now),
        lambda address: answers(clock.now),
        NAMES.__getitem__,
        clock=lambda: clock.now,
        sleep=clock.sleep,
    )
    return name, clock.now


def test_a_framework_that_starts_late_is_accepted() -> None:
    name, after_s = run(lambda now: ONE if now > 3 else [], lambda now: now > 8)
    assert name == "weblab-flask-1"
    assert 8 < after_s < 12


def test_no_framework_is_refused() -> None:
    with pytest.raises(RefusedError, match="no framework is up: name one"):
        run(lambda now: [], lambda now: now < APPEAR_S / 2)


def test_a_framework_that_never_answers_is_refused() -> None:
    with pytest.raises(RefusedError, match="weblab-flask-1 is up but does not answer"):
        run(lambda now: ONE, lambda now: now > ANSWER_S + 5)


def test_two_frameworks_are_refused_by_name() -> None:
    with pytest.raises(RefusedError, match=r"2 frameworks are up \(weblab-flask-1, weblab-sanic-1"):
        run(lambda now: TWO, lambda now: True)


def test_a_second_framework_that_starts_later_is_refused() -> None:
    with pytest.raises(RefusedError, match="only one can be measured"):
        run(lambda now: TWO if now > 1 else ONE, lambda now: True)


def test_a_name_that_cannot_be_resolved_for_a_moment_is_not_refused() -> None:
    assert run(lambda now: [] if 0.3 < now < 0.6 else ONE, lambda now: True)[0] == "weblab-flask-1"
