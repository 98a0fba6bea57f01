"""The times at which requests are due."""

import pytest

from labload.engine.schedule import Schedule


def test_a_long_schedule_does_not_drift() -> None:
    schedule = Schedule.share(300, 0, 1, 1_000)  # an interval of 3,333,333.3 ns
    for _ in range(30_000):  # an error of a third of a nanosecond each would add up to 10 µs
        schedule.take()
    assert schedule.due_ns == 1_000 + 100 * 10**9


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_workers_take_turns(workers: int) -> None:
    schedules = [Schedule.share(1_000, index, workers, 0) for index in range(workers)]
    due = sorted(schedule.take() for schedule in schedules for _ in range(4))
    assert due == pytest.approx([n * 1_000_000 for n in range(4 * workers)], abs=1)
