"""A user's loop: when it asks, waits and ends."""

from typing import cast

from labload.counting import CONNECT_PAUSE_S, Counter, keep_asking
from labload.exchange import Connection, Outcome
from tests.unit.loadgen.test_tally import Log


class Script:
    """A connection whose outcomes are written down; the trial ends with the last."""

    def __init__(self, counter: Counter, *kinds: str | None) -> None:
        self.log: list[str | float | None] = []
        self._counter, self._kinds = counter, list(kinds)

    def exchange(self) -> Outcome:
        kind = self._kinds.pop(0)
        self.log.append(kind)
        self._counter.counting = bool(self._kinds)
        return Outcome(kind, 100, 10, 0, 0)


class ClosedOnce:
    """A gate that is closed when the first user comes."""

    def __init__(self, script: Script) -> None:
        self._script, self._open = script, False

    def is_set(self) -> bool:
        return self._open

    def wait(self) -> None:
        self._script.log.append("waited")
        self._open = True


def play(*kinds: str | None) -> tuple[list[str | float | None], Counter]:
    counter = Counter(Log(), "/json")
    script = Script(counter, *kinds)
    keep_asking(cast(Connection, script), counter, ClosedOnce(script), script.log.append)
    return script.log, counter


def test_a_user_waits_at_the_gate_before_it_asks() -> None:
    assert play(None, None, None)[0] == ["waited", None, None, None]


def test_only_a_failed_connect_is_followed_by_a_pause() -> None:
    log, _ = play("reset", "connect_refused", "timeout", "connect_timeout", None)
    pause = CONNECT_PAUSE_S
    assert log == [
        *("waited", "reset", "connect_refused", pause),
        *("timeout", "connect_timeout", pause, None),
    ]


def test_the_request_that_the_end_cuts_off_is_unfinished() -> None:
    totals = play(None, None, "eof")[1].totals()
    assert (totals.requests, totals.failures, totals.unfinished) == (2, 0, 1)
