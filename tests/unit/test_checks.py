"""Every verdict and every doubt, where it belongs and only there."""

from dataclasses import replace

import pytest

from orchestrator.checks import limited_by, run_caveats, trial_caveats
from orchestrator.model.record import Caveat, Step
from orchestrator.model.settings import Layout
from orchestrator.plan import PROFILES
from tests.unit.examples import LAYOUT, host, load_result, totals

STANDARD = PROFILES["standard"]


def step(phase: str = "hold", server: float | None = 0.5, load: float | None = 0.5) -> Step:
    return Step(
        phase=phase,
        started_s=0.0,
        duration_s=1.0,
        users=8,
        requests=100,
        failures=0,
        failures_by_kind={},
        unfinished=0,
        goodput_rps=100.0,
        median_ms=1.0,
        p99_ms=2.0,
        server_cpu=server,
        loadgen_cpu=load,
    )


@pytest.mark.parametrize(
    ("server", "load", "verdict"),
    [
        pytest.param(0.90, 0.50, "server-cpu", id="server full"),
        pytest.param(0.97, 0.98, "server-cpu", id="both full"),
        pytest.param(0.89, 0.90, "loadgen-cpu", id="load full"),
        pytest.param(0.89, 0.89, "unknown", id="none full"),
    ],
)
def test_the_full_cpu_limits(server: float, load: float, verdict: str) -> None:
    evidence = {"server_cpu": server, "loadgen_cpu": load}
    assert limited_by((step(server=server, load=load),), totals()) == (verdict, evidence)


def test_only_the_hold_is_judged() -> None:
    steps = (step("ramp", server=1.0), step("hold", server=0.5))
    assert limited_by(steps, totals()) == ("unknown", {"server_cpu": 0.5, "loadgen_cpu": 0.5})


def test_without_a_hold_the_limit_is_unknown() -> None:
    assert limited_by((step("ramp", server=1.0),), totals()) == ("unknown", {})


def test_a_cpu_that_was_not_sampled_is_no_evidence() -> None:
    assert limited_by((step(server=None, load=None),), totals()) == ("unknown", {})


def test_a_trial_that_mostly_fails_is_limited_by_errors() -> None:
    verdict = limited_by((step(server=1.0),), totals(requests=100, failures=51))
    evidence = {"server_cpu": 1.0, "loadgen_cpu": 0.5, "failure_share": 0.51}
    assert verdict == ("errors", evidence)


def test_half_the_requests_failing_is_not_most() -> None:
    assert limited_by((step(server=1.0),), totals(requests=100, failures=50))[0] == "server-cpu"


def test_nothing_requested_is_no_division_by_zero() -> None:
    assert limited_by((step(server=0.0),), totals(requests=0, failures=0))[0] == "unknown"


def codes(caveats: tuple[Caveat, ...]) -> list[str]:
    return [caveat.code for caveat in caveats]


def test_a_clean_trial_has_no_caveats() -> None:
    assert trial_caveats(load_result(), totals(), "server-cpu", "official") == ()
    assert trial_caveats(load_result(), None, "unknown", "official") == ()


def test_a_ramp_with_drops_at_every_step() -> None:
    result = load_result(best_had_drops=True)
    assert codes(trial_caveats(result, totals(), "server-cpu", "official")) == [
        "every-step-had-drops"
    ]


def test_drops_in_the_hold() -> None:
    (caveat,) = trial_caveats(load_result(), totals(failures=3), "server-cpu", "official")
    assert (caveat.code, caveat.text) == (
        "drops-in-hold",
        "3 of the hold's 1000 requests failed",
    )


def test_a_full_load_generator() -> None:
    assert codes(trial_caveats(load_result(), totals(), "loadgen-cpu", "official")) == [
        "loadgen-limited"
    ]


def test_a_base_image_of_ones_own() -> None:
    (caveat,) = trial_caveats(load_result(), totals(), "server-cpu", "bootstrapped: from Debian")
    assert (caveat.code, caveat.text) == (
        "base-not-official",
        "the base image is not the official one: bootstrapped: from Debian",
    )


def test_a_good_host_has_no_caveats() -> None:
    assert run_caveats(host(), LAYOUT, STANDARD, STANDARD) == ()
    assert run_caveats(host(steal=None), LAYOUT, STANDARD, STANDARD) == ()


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"nofile": 20_000}, "nofile", "containers may open 20000 files, not 999999"),
        ({"steal": 0.025}, "steal", "the hypervisor took 2.5% of the CPU time during the run"),
    ],
)
def test_a_poor_host(changes: dict[str, float], code: str, text: str) -> None:
    (caveat,) = run_caveats(replace(host(), **changes), LAYOUT, STANDARD, STANDARD)  # type: ignore[arg-type]
    assert (caveat.code, caveat.text) == (code, text)


def test_other_containers_on_the_engine_are_named() -> None:
    (caveat,) = run_caveats(host(), LAYOUT, STANDARD, STANDARD, ["postgres", "redis"])
    assert caveat.code == "neighbours"
    assert caveat.text.endswith(": postgres, redis")


def test_a_little_steal_is_everywhere() -> None:
    assert run_caveats(host(steal=0.01), LAYOUT, STANDARD, STANDARD) == ()


def test_a_ramp_cut_short() -> None:
    (caveat,) = run_caveats(host(), LAYOUT, STANDARD, replace(STANDARD, users=(8, 16)))
    assert (caveat.code, caveat.text) == ("users-capped", "the ramp ends at 16 users, not 8192")


@pytest.mark.parametrize(
    ("layout", "expected"),
    [
        (replace(LAYOUT, shared=True), ["colocated"]),
        (replace(LAYOUT, smt_shared=True), ["smt"]),
        (replace(LAYOUT, shared=True, smt_shared=True), ["colocated"]),
        (replace(LAYOUT, smt_shared=None), []),
    ],
)
def test_cpus_that_are_not_the_servers_alone(layout: Layout, expected: list[str]) -> None:
    assert codes(run_caveats(host(), layout, STANDARD, STANDARD)) == expected


def test_every_caveat_says_how_to_remove_it() -> None:
    worst = replace(LAYOUT, smt_shared=True)
    capped = replace(STANDARD, users=(8,))
    found = (
        *trial_caveats(load_result(best_had_drops=True), totals(failures=1), "loadgen-cpu", "own"),
        *run_caveats(host(nofile=1, steal=1.0), worst, STANDARD, capped),
    )
    assert len(found) == 8
    assert all(caveat.text and caveat.remedy for caveat in found)
