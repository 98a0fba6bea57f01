"""Reads what a hypervisor took of each CPU."""

from pathlib import Path

import pytest

from labwire.procstat import PATH, CpuTicks, cpu_ticks, most_stolen, steal, used

EXAMPLE = """\
cpu  300 0 60 1000 20 0 3 17 9 0
cpu0 100 0 20 600 10 0 1 5 9 0
cpu11 200 0 40 400 10 0 2 12 0 0
intr 5 0 7
ctxt 12345
"""


def test_each_cpu_has_its_own_counters() -> None:
    """The time of guests is part of user time, so it is not added again."""
    assert cpu_ticks(EXAMPLE) == {0: CpuTicks(5, 736, 121), 11: CpuTicks(12, 664, 242)}


def test_a_kernel_without_the_column_is_unknown_and_not_zero() -> None:
    assert cpu_ticks("cpu  1 2 3 4 5 6 7\ncpu0 1 2 3 4 5 6 7\n") == {}
    assert cpu_ticks("") == {}


def test_a_kernel_without_time_for_guests_is_known() -> None:
    assert cpu_ticks("cpu0 1 2 3 4 5 6 7 8\n") == {0: CpuTicks(8, 36, 19)}


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        pytest.param(CpuTicks(5, 1_000, 0), CpuTicks(25, 1_200, 0), 0.1, id="a tenth"),
        pytest.param(CpuTicks(5, 1_000, 0), CpuTicks(5, 1_200, 0), 0.0, id="nothing"),
        pytest.param(CpuTicks(5, 1_000, 0), CpuTicks(5, 1_000, 0), None, id="no time has passed"),
        pytest.param(
            CpuTicks(5, 1_000, 0), CpuTicks(4, 1_200, 0), None, id="counter of another host"
        ),
        pytest.param(CpuTicks(5, 1_000, 0), CpuTicks(5, 900, 0), None, id="CPU taken away"),
        pytest.param(CpuTicks(5, 1_000, 0), CpuTicks(25, 1_010, 0), 1.0, id="idle time fell"),
        pytest.param(None, CpuTicks(5, 1_000, 0), None, id="no first reading"),
        pytest.param(CpuTicks(5, 1_000, 0), None, None, id="no second reading"),
    ],
)
def test_the_share_between_two_readings(
    before: CpuTicks | None, after: CpuTicks | None, share: float | None
) -> None:
    assert steal(before, after) == share


@pytest.mark.parametrize(
    ("before", "after", "share"),
    [
        pytest.param(CpuTicks(0, 1_000, 100), CpuTicks(0, 1_200, 150), 0.25, id="a quarter"),
        pytest.param(CpuTicks(0, 1_000, 100), CpuTicks(0, 1_010, 150), 1.0, id="idle time fell"),
        pytest.param(CpuTicks(0, 1_000, 100), CpuTicks(0, 1_200, 50), None, id="another host"),
        pytest.param(None, CpuTicks(0, 1_000, 100), None, id="no first reading"),
    ],
)
def test_the_used_share_between_two_readings(
    before: CpuTicks | None, after: CpuTicks | None, share: float | None
) -> None:
    assert used(before, after) == share


@pytest.mark.parametrize(
    ("shares", "most"),
    [([0.1, None, 0.3], 0.3), ([0.0, None], 0.0), ([None, None], None), ([], None)],
)
def test_the_most_of_what_is_known(shares: list[float | None], most: float | None) -> None:
    assert most_stolen(shares) == most


def test_this_hosts_counters_can_be_read() -> None:
    found = cpu_ticks(Path(PATH).read_text())
    assert found
    assert all(0 <= ticks.stolen < ticks.whole for ticks in found.values())
