"""When a worker counts as the limit."""

import pytest

from labwire.thresholds import nearly_full


@pytest.mark.parametrize(("idle", "full"), [(0.149, True), (0.15, False), (None, False)])
def test_a_worker_with_next_to_no_idle_time_is_full(idle: float | None, full: bool) -> None:
    assert nearly_full(idle) == full
