"""What orchestrator and load generator each know by themselves: neither imports the other."""

from pathlib import Path

import pytest

from labload import netstat as seen_by_worker
from labload import options, result
from orchestrator import profiles, stats
from orchestrator.adapters import netstat as seen_by_orchestrator


def test_clients_and_their_limits_are_the_same() -> None:
    assert options.CLIENTS == profiles.CLIENTS
    assert options.FAST_HTTP_USERS == profiles.FASTHTTP_USERS


def test_histograms_have_the_same_bounds() -> None:
    assert (result.LONGEST_US, result.DIGITS) == (stats.HIGHEST_US, stats.DIGITS)


@pytest.mark.parametrize(
    "text",
    [
        Path(seen_by_orchestrator.PATH).read_text(encoding="ascii"),
        "IpExt: A\nIpExt: 3\nTcpExt: B ListenOverflows\nTcpExt: 1 17\n",
        "TcpExt: B\nTcpExt: 1\n",
        "",
    ],
)
def test_the_kernels_table_is_read_alike(text: str) -> None:
    assert seen_by_worker.parse(text) == seen_by_orchestrator.listen_overflows(text)
