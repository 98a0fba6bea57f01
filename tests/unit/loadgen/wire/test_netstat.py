"""Reads the kernel's counters of a network namespace."""

from pathlib import Path

import pytest

from labwire.netstat import PATH, listen_overflows

EXAMPLE = """\
TcpExt: SyncookiesSent ListenOverflows ListenDrops
TcpExt: 5 17 18
IpExt: InNoRoutes InTruncatedPkts
IpExt: 3 4
"""


def test_the_value_is_read_below_its_name() -> None:
    assert listen_overflows(EXAMPLE) == 17


def test_another_group_may_come_first() -> None:
    assert listen_overflows("IpExt: InNoRoutes\nIpExt: 3\n" + EXAMPLE) == 17


@pytest.mark.parametrize(
    "text", ["", "TcpExt: ListenDrops\nTcpExt: 1\n", "IpExt: ListenOverflows\nIpExt: 1\n"]
)
def test_a_counter_that_the_kernel_lacks_is_none_and_not_zero(text: str) -> None:
    assert listen_overflows(text) is None


def test_this_hosts_counters_can_be_read() -> None:
    assert listen_overflows(Path(PATH).read_text()) is not None
