"""Doubts about a run: each appears exactly where it should."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

import pytest

from orchestrator.doubts import host as doubts
from orchestrator.doubts.kind import Doubt
from orchestrator.model.host import WholeMemory
from orchestrator.model.placement import Layout
from orchestrator.model.trial import Caveat
from orchestrator.profiles import PROFILES
from tests.unit.examples import LAYOUT, host

STANDARD = PROFILES["standard"]
run_caveats = partial(doubts.run_caveats, wanted_nofile=999_999)


def codes(caveats: tuple[Caveat, ...]) -> list[str]:
    return [caveat.code for caveat in caveats]


def test_a_good_host_gets_no_caveats() -> None:
    assert run_caveats(host(), LAYOUT, STANDARD, STANDARD) == ()
    assert run_caveats(host(steal=None), LAYOUT, STANDARD, STANDARD) == ()


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"nofile": 20_000}, "nofile", "containers may open 20000 files, not 999999"),
        (
            {"steal": 0.025},
            "steal",
            "the hypervisor took 2.5% of the CPU time during the run (CPU steal)",
        ),
    ],
)
def test_a_poor_host_gets_its_caveats(changes: dict[str, float], code: str, text: str) -> None:
    (caveat,) = run_caveats(replace(host(), **changes), LAYOUT, STANDARD, STANDARD)  # type: ignore[arg-type]
    assert (caveat.code, caveat.text) == (code, text)


def test_other_containers_on_the_engine_are_named() -> None:
    (caveat,) = run_caveats(host(), LAYOUT, STANDARD, STANDARD, ["postgres", "redis"])
    assert caveat.code == "neighbours"
    assert caveat.text.endswith(": postgres, redis")


def test_a_little_cpu_steal_is_not_a_caveat() -> None:
    assert run_caveats(host(steal=0.01), LAYOUT, STANDARD, STANDARD) == ()


def test_a_ramp_that_was_cut_short_is_a_caveat() -> None:
    (caveat,) = run_caveats(host(), LAYOUT, STANDARD, replace(STANDARD, users=(8, 16)))
    assert (caveat.code, caveat.text) == (
        "users-capped",
        "the ramp ends at 16 users, not 8192: containers may open no more files",
    )


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (replace(LAYOUT, shared=True), ["colocated"]),
        (replace(LAYOUT, smt_shared=True), ["smt"]),
        (replace(LAYOUT, shared=True, smt_shared=True), ["colocated"]),
        (replace(LAYOUT, smt_shared=None), []),
    ],
)
def test_a_cpu_that_the_server_shares_is_a_caveat(layout: Layout, expected: list[str]) -> None:
    assert codes(run_caveats(host(), layout, STANDARD, STANDARD)) == expected


def test_a_ramp_that_ends_at_its_clients_limit_is_a_caveat() -> None:
    used = replace(STANDARD, users=(8, 900))
    (caveat,) = run_caveats(host(), LAYOUT, STANDARD, used, client_users=900)
    assert caveat.code == "fasthttp-users"
    assert caveat.text.startswith("the ramp ends at 900 users, not 8192: ")


def test_a_ramp_that_ends_before_its_clients_limit_is_cut_by_the_host() -> None:
    used = replace(STANDARD, users=(8, 16))
    assert codes(run_caveats(host(), LAYOUT, STANDARD, used, client_users=900)) == ["users-capped"]


def test_too_little_memory_is_a_doubt_about_every_row() -> None:
    well = WholeMemory(
        of="host", limit_bytes=10**9, peak_bytes=10**8, oom_kills=0, swapped_bytes=None
    )
    assert run_caveats(host(), LAYOUT, STANDARD, STANDARD, memory=well) == ()
    poor = replace(well, oom_kills=2, swapped_bytes=3_000_000)
    killed, swapped = run_caveats(host(), LAYOUT, STANDARD, STANDARD, memory=poor)
    assert (killed.code, swapped.code) == ("oom-kill", "swapped")
    assert killed.text == "the kernel killed 2 processes because memory ran out (host)"
    assert swapped.text == "3 MB of memory were swapped out (host)"


def test_one_doubt_has_words_for_a_record_for_a_host_and_for_a_cross_check() -> None:
    (doubt,) = doubts.of_cpus(replace(LAYOUT, shared=True))
    assert doubt.caveat.text.startswith("server and load share one CPU: ")
    assert doubt.before.text.startswith("this host has one CPU: ")
    assert "the profile nanode" in doubt.before.remedy
    assert doubt.sentence.startswith("Server and clients shared one CPU")


def test_a_doubt_without_special_words_has_those_of_a_record() -> None:
    (doubt,) = doubts.of_pairs(5)
    assert doubt.before == doubt.caveat
    assert doubt.sentence == "Fewer than six pairs give no 95 % interval: use --pairs 10."
    assert list(doubts.of_pairs(6)) == []


def test_before_a_run_a_low_open_file_limit_is_reported_with_its_source() -> None:
    (doubt,) = doubts.of_files(20_000, 999_999)
    assert doubt.before.text == "containers may open 20,000 files (.env), not 999,999"
    assert doubt.before.remedy.endswith("then `make images`")


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (doubts.of_neighbours(["a", "b"]), "other containers run on this engine: a, b"),
        (
            doubts.of_cpus(replace(LAYOUT, smt_shared=True)),
            "the server's CPU 1 shares a physical core with the load's (0)",
        ),
        (doubts.of_base("own"), "the base images are not the official ones: own"),
        (
            doubts.of_memory_size(2**30),
            "the host has 1.0 GiB of memory: server and load may not fit",
        ),
        (
            doubts.of_kernel("6.1", "6.2"),
            "the engine runs on kernel 6.1, this command on kernel 6.2: a record would describe "
            "the CPU and memory of this machine, not of the engine's",
        ),
    ],
)
def test_before_a_run_a_poor_host_gets_its_doubts(found: Iterator[Doubt], text: str) -> None:
    assert [doubt.before.text for doubt in found] == [text]


def test_before_a_run_a_good_host_gets_no_doubts() -> None:
    found = (
        *doubts.of_neighbours([]),
        *doubts.of_cpus(LAYOUT),
        *doubts.of_base("official"),
        *doubts.of_memory_size(4 * 2**30),
        *doubts.of_kernel("6.1", "6.1"),
    )
    assert found == ()
