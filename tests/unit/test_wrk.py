"""Recorded output of wrk and nft becomes numbers."""

from pathlib import Path

import pytest

from orchestrator.errors import TrialFailed
from orchestrator.experiments.crosscheck.record import CrossCheckSettings, Seen, WrkSlice
from orchestrator.experiments.crosscheck.wrk import seen, wrk_command, wrk_slice
from orchestrator.model.placement import Network

DATA = Path(__file__).parent / "data"


def recorded(name: str) -> str:
    return (DATA / name).read_text()


def test_the_command_of_a_slice() -> None:
    settings = CrossCheckSettings(
        services=("flask",),
        workload="json",
        pairs=10,
        seconds=3,
        connections=64,
        network=Network.LOOPBACK,
    )
    assert wrk_command("127.0.0.1", "/json", settings, 5.0) == [
        *("sh", "-c", 'sleep 1 && exec "$@"', "sh"),
        "wrk",
        "--threads=1",
        "--connections=64",
        "--duration=3s",
        "--timeout=5s",
        "--script=/lab/wrk.lua",
        "http://127.0.0.1:8000/json",
    ]


def test_a_slice_without_errors() -> None:
    found = wrk_slice(recorded("wrk_good.txt"), compared=False)
    assert found == WrkSlice(
        requests=2216,
        duration_s=1.019841,
        received_bytes=627_128,
        connect_errors=0,
        read_errors=0,
        write_errors=0,
        late=0,
        bad_status=0,
        wrong=None,
    )
    assert (found.good, found.failures) == (2216, 0)
    assert found.rps == pytest.approx(2172.89, abs=0.01)  # as wrk itself prints


def test_failures_by_the_labs_rules_are_not_successes_of_wrk() -> None:
    found = wrk_slice(recorded("wrk_compared.txt"), compared=True)
    assert (found.requests, found.bad_status, found.late, found.wrong) == (429, 64, 48, 221)
    assert found.read_errors == 64
    assert found.good == 429 - 221 - 48  # a wrong answer has a wrong status or a wrong body
    assert found.failures == 221 + 48 + 64
    assert found.rps == pytest.approx(160 / 4.010279)


def test_a_server_that_ends_during_a_slice_gives_errors() -> None:
    found = wrk_slice(recorded("wrk_died.txt"), compared=False)
    assert (found.requests, found.bad_status, found.good) == (93, 16, 77)
    assert (found.connect_errors, found.read_errors, found.write_errors) == (0, 48, 58_794)


def test_a_slice_without_the_scripts_line_is_no_slice() -> None:
    with pytest.raises(TrialFailed, match="wrk did not say what it counted") as failed:
        wrk_slice(recorded("wrk_refused.txt"), compared=False)
    assert "unable to connect to 127.0.0.1:8000" in failed.value.log_tail


def test_output_of_another_script_is_refused() -> None:
    with pytest.raises(TrialFailed, match="missing required field `duration_us`"):
        wrk_slice('{"wrk":1,"requests":3}', compared=False)


def test_the_kernels_counters() -> None:
    assert seen(recorded("nft_counters.json")) == Seen(requests=2279, segments=2279)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Error: No such file or directory", "not as expected: JSON is malformed"),
        ('{"nftables": []}', "nft lists no counter requests, segments"),
    ],
)
def test_missing_counters_are_an_error_and_not_zero(said: str, reason: str) -> None:
    with pytest.raises(TrialFailed, match=reason):
        seen(said)
