"""Recorded output of wrk and nft becomes numbers."""

import re
from dataclasses import replace
from typing import Any

import pytest

from labwire.exchange import Method, Request, RightAnswer
from labwire.expectation import Expectation
from orchestrator.errors import TrialFailed, UsageError
from orchestrator.experiments.crosscheck.plan import (
    LONGEST_ARGUMENT,
    CrossCheckPlan,
    plan,
    wrk_problems,
)
from orchestrator.experiments.crosscheck.record import CrossCheckSettings, Seen, WrkSlice
from orchestrator.experiments.crosscheck.wrk import (
    ConnectionWatch,
    ReadyWrk,
    RequestCounter,
    Wrk,
    seen,
    sending_s,
    tools,
    wrk_command,
    wrk_slice,
)
from orchestrator.experiments.experiment import Placed
from orchestrator.model.blocks import LOCUST_MASTER, LOCUST_WORKER
from orchestrator.model.catalogue import Catalogue
from orchestrator.model.placement import Network
from tests.conftest import ROOT
from tests.fakes import FakeContainer, FakeConversation, FakeEngine, Journal
from tests.unit.examples import JSON, PLACEMENT, container, manifest, planned

DATA = ROOT / "tests/unit/data"


def recorded(name: str) -> str:
    return (DATA / name).read_text()


SETTINGS = CrossCheckSettings(
    services=("flask",),
    workload="json",
    pairs=10,
    seconds=0.4,
    connections=64,
    network=Network.LOOPBACK,
)


def test_the_command_that_keeps_wrk_ready() -> None:
    assert wrk_command("127.0.0.1", Request(path="/json"), None, SETTINGS, 5.0) == [
        *("python3", "/lab/turns.py", "64"),
        "--threads=1",
        "--duration=600s",
        "--timeout=5s",
        "--script=/lab/wrk.lua",
        "http://127.0.0.1:8000/json",
        *("--", "header", "User-Agent: weblab"),
    ]


def test_the_script_is_told_the_request_and_the_right_answer() -> None:
    asked = Request(
        path="/orders",
        method=Method.POST,
        headers=(("Content-Type", "text/plain"),),
        body="é".encode(),
    )
    right = RightAnswer(status=201, content_type=b"text/plain", body=b"done")
    assert wrk_command("x", asked, right, SETTINGS, 5.0)[-14:] == [
        *("http://x:8000/orders", "--", "method", "POST", "header", "User-Agent: weblab"),
        *("header", "Content-Type: text/plain", "body", "é"),
        *("status", "201", "answer", "done"),
    ]
    without = replace(asked, body=b"", headers=(("user-agent", "me"),))
    assert wrk_command("x", without, None, SETTINGS, 5.0)[-7:] == [
        *("--", "method", "POST", "header", "user-agent: me", "body", "")
    ]


def answered(**changes: Any) -> Expectation:
    return replace(JSON, right=replace(JSON.right, **changes))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"status": 404}, "the status 404, and wrk counts every status from 400 on as an error"),
        (
            {"body": b"x" * LONGEST_ARGUMENT},
            "131,072 bytes, and wrk can be given at most 131,071 to compare with",
        ),
        ({"body": b"a\0b"}, "contains NUL, which wrk cannot be given to compare with"),
    ],
)
def test_a_workload_that_wrk_cannot_check_is_refused(changes: dict[str, Any], why: str) -> None:
    blocks = {name: container(name) for name in ("flask", LOCUST_MASTER, LOCUST_WORKER)}
    known = Catalogue(manifests={"flask": manifest()}, contract={"json": answered(**changes)})
    many = replace(SETTINGS, connections=99_999)
    with pytest.raises(UsageError) as refused:
        plan(many, known, Placed(placement=PLACEMENT, containers=blocks), None)
    problem, connections = refused.value.problems
    assert problem.startswith("workload json: its right answer ")
    assert why in problem
    assert problem.endswith("; cross-check another workload")
    assert connections.startswith("--connections 99999: this host allows at most ")


def test_wrk_can_check_what_its_arguments_and_its_errors_bear() -> None:
    assert wrk_problems(answered(status=399, body=b"x" * (LONGEST_ARGUMENT - 1))) == []


def test_the_kernels_rules_know_every_method_by_its_first_bytes() -> None:
    rules = (ROOT / "loadgen" / "crosscheck" / "requests.nft").read_text()
    (known,) = re.findall(r"^define METHODS = \{ (.*) \}$", rules, re.MULTILINE)
    begins = [f"{method} /".encode()[:4] for method in Method]
    assert [bytes.fromhex(one.removeprefix("0x")) for one in known.split(", ")] == begins
    places = [
        (int(doff), int(bits)) for doff, bits in re.findall(r"doff (\d+) @th,(\d+),32", rules)
    ]
    assert sorted(places) == [(doff, 32 * doff) for doff in range(5, 16)]


def test_a_slice_of_a_ready_wrk_ends_before_the_next_one_begins() -> None:
    good = recorded("wrk_good.txt").splitlines()
    conversation = FakeConversation(*good, "turn 0 1.018841 0.001", *good, "turn 0 1.0 0.11")
    ready = ReadyWrk(conversation, 5.0, compared=False)
    known, unknown = ready.slice(0.4), ready.slice(2)
    assert conversation.told == ["0.4 30", "2 30"]
    assert [known.requests, unknown.requests] == [2216, 2216]
    assert known.setup_s == pytest.approx(0.001)
    assert (unknown.setup_s, unknown.rps) == (None, None)


def test_a_wrk_that_could_not_connect_says_so() -> None:
    refused = recorded("wrk_refused.txt").splitlines()
    ready = ReadyWrk(FakeConversation(*refused, "turn 1"), 5.0, compared=False)
    with pytest.raises(TrialFailed, match="wrk did not print its counts") as failed:
        ready.slice(0.4)
    assert "unable to connect" in failed.value.log_tail


def test_a_server_without_connections_is_quiet() -> None:
    conversation = FakeConversation("0 0.012345 ")
    ConnectionWatch(conversation).until_quiet("wrk")
    assert conversation.told == ["8000 30"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "3 30.000001 CLOSE_WAIT LAST_ACK",
            r"the server still has 3 connections 30 s after a slice of wrk \(CLOSE_WAIT LAST_ACK\)",
        ),
        ("Traceback", "the server's connections could not be listed"),
    ],
)
def test_a_server_that_does_not_become_quiet_fails(line: str, said: str) -> None:
    with pytest.raises(TrialFailed, match=said):
        ConnectionWatch(FakeConversation(line)).until_quiet("wrk")


def test_a_slice_without_errors() -> None:
    found = wrk_slice(recorded("wrk_good.txt"), 1.0, compared=False)
    assert found.setup_s == pytest.approx(0.019841)
    assert replace(found, setup_s=0.0) == WrkSlice(
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
    assert found.rps == pytest.approx(2216 / 1.0)


@pytest.mark.parametrize(
    ("duration_us", "line", "setup_ms"),
    [
        pytest.param(411_014, "turn 0 0.400000 0.002000", 11.014, id="64 connections"),
        pytest.param(520_138, "turn 0 0.400138 0.004272", 120.0, id="longer than a tenth"),
        pytest.param(728_952, "turn 0 0.462333 0.016343", 266.619, id="1500 connections"),
        pytest.param(384_199, "turn 0 0.400918 0.004899", 0.0, id="wrk's clock began late"),
        pytest.param(411_014, "turn 0 0.400000 0.040001", None, id="seen too late"),
        pytest.param(411_014, "turn 0", None, id="not all connections were opened"),
    ],
)
def test_the_time_in_which_wrk_only_connects_is_no_time_of_requests(
    duration_us: int, line: str, setup_ms: float | None
) -> None:
    counts = recorded("wrk_good.txt").splitlines()[-1]
    said = re.sub(r'"duration_us":\d+', f'"duration_us":{duration_us}', counts)
    found = wrk_slice(said, sending_s(line), compared=False)
    if setup_ms is None:
        assert (found.setup_s, found.rps) == (None, None)
    else:
        assert found.setup_s is not None
        assert found.setup_s * 1000 == pytest.approx(setup_ms, abs=1e-6)
        assert found.rps == pytest.approx(2216e6 / (duration_us - 1000 * setup_ms))


def test_failures_by_the_labs_rules_are_not_successes_of_wrk() -> None:
    found = wrk_slice(recorded("wrk_compared.txt"), 4.0, compared=True)
    assert (found.requests, found.bad_status, found.late, found.wrong) == (429, 64, 48, 221)
    assert found.read_errors == 64
    assert found.good == 429 - 221 - 48  # a wrong answer has a wrong status or a wrong body
    assert found.failures == 221 + 48 + 64
    assert found.rps == pytest.approx(160 / 4.0)


def test_a_server_that_ends_during_a_slice_gives_errors() -> None:
    found = wrk_slice(recorded("wrk_died.txt"), 1.0, compared=False)
    assert (found.requests, found.bad_status, found.good) == (93, 16, 77)
    assert (found.connect_errors, found.read_errors, found.write_errors) == (0, 48, 58_794)


def test_a_slice_without_the_scripts_line_is_no_slice() -> None:
    with pytest.raises(TrialFailed, match="wrk did not print its counts") as failed:
        wrk_slice(recorded("wrk_refused.txt"), None, compared=False)
    assert "unable to connect to 127.0.0.1:8000" in failed.value.log_tail


def test_output_of_another_script_is_refused() -> None:
    with pytest.raises(TrialFailed, match="missing required field `duration_us`"):
        wrk_slice('{"wrk":1,"requests":3}', 1.0, compared=False)


def test_the_kernels_counters() -> None:
    assert seen(recorded("nft_counters.json")) == Seen(requests=2279, segments=2279)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("Error: No such file or directory", "unexpected output: JSON is malformed"),
        ('{"nftables": []}', "the output of nft has no counter requests, segments"),
    ],
)
def test_missing_counters_are_an_error_and_not_zero(said: str, reason: str) -> None:
    with pytest.raises(TrialFailed, match=reason):
        seen(said)


def test_only_what_counts_at_the_server_shares_its_network() -> None:
    journal: Journal = []
    engine = FakeEngine(journal, {})
    counter = RequestCounter(engine, container("wrk-counter"), container("wrk"))
    counter.begin(FakeContainer("flask"))
    tools(engine, container("wrk"))
    with counter.watch(FakeContainer("flask")):
        pass
    assert journal[0] == "wrk-counter beside flask: nft -f /lab/requests.nft"
    assert journal[1].startswith("wrk: dpkg-query ")
    assert journal[2] == "talk to wrk-watch beside flask: python3 /lab/quiet.py"


@pytest.mark.parametrize("network", Network)
def test_wrk_shares_the_servers_network_in_loopback_mode_alone(network: Network) -> None:
    journal: Journal = []
    run = planned()
    placement = replace(run.loading.placement, network=network)
    its = CrossCheckPlan(
        settings=SETTINGS, loading=replace(run.loading, placement=placement), trials=()
    )
    wrk = Wrk(FakeEngine(journal, {}), container("wrk"), its)
    with wrk.ready(FakeContainer("flask"), JSON, compared=False):
        pass
    (line,) = journal
    inside = network is Network.LOOPBACK
    assert line.startswith("talk to wrk beside flask: " if inside else "talk to wrk: ")
    assert f"http://{'127.0.0.1' if inside else 'flask'}:8000/json" in line
