"""Launches of all services at once: until the time is spent, and what becomes of failures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from labwire.slices import Served, Slice
from orchestrator.bench.launches import goes_on, measured_at_once, spent
from orchestrator.errors import TrialFailed
from orchestrator.model.sample import CpuModes
from orchestrator.model.together import LeftOut, Together
from orchestrator.model.trial import TrialPhase
from tests.fakes import FakeContainer, FakeEngine, FakeGenerator, Journal, fake_bench
from tests.unit.examples import container, histogram, planned, together

COSTS_US = {"bottle": 20_000.0, "flask": 60_000.0, "reference": 5_000.0}
"""So much that a slice has the fewest requests possible."""
SLICES = 10
FIRST, LATER = SLICES + 2, SLICES + 1
"""Slices of a workload in its first launch (a warm-up, one to find the pace) and in later ones."""


class Costly(FakeContainer):
    """A server that uses some CPU time between any two readings."""

    def __init__(self, name: str, used_us: float) -> None:
        super().__init__(name)
        self._used_s, self._now = used_us / 1e6, 0.0
        self._looks = 0

    def cpu_s(self) -> float:
        self._now += self._used_s
        return self._now

    def cpu_modes(self) -> CpuModes | None:
        """A second more of both at each look, and two of it in the kernel; none for flask."""
        self._looks += 1
        if self.name == "flask":
            return None
        return CpuModes(user_s=self._looks, system_s=2.0 * self._looks)


def answered(*failures: Mapping[str, int]) -> Slice:
    """A slice in which servers had these failures."""
    return Slice(
        servers=tuple(
            Served(
                requests=20,
                failures=dict(failed),
                completed=20 - sum(failed.values()),
                connects=0,
                histogram=histogram({1000: 20}),
            )
            for failed in failures
        ),
        duration_s=0.25,
        idle=0.9,
    )


def well(servers: int, times: int) -> list[Slice | BaseException]:
    return [answered(*[{}] * servers)] * times


@dataclass
class Ran:
    steps: list[tuple[Together, ...]]
    journal: Journal = field(default_factory=list)

    @property
    def last(self) -> Together:
        return self.steps[-1][0]

    def started(self) -> list[str]:
        return [line.split()[1] for line in self.journal if line.startswith("start ")]


def run(
    slices: Sequence[Slice | BaseException],
    *,
    known: Sequence[Together] = (Together(workload="json", services=("bottle", "flask")),),
    budget_s: float = 0.0,
    seed: int = 1,
    refused: Mapping[str, TrialFailed] | None = None,
) -> Ran:
    """``slices``: what the load answers. Each launch takes a second."""
    journal: Journal = []
    servers = {name: Costly(name, 20 * us) for name, us in COSTS_US.items()}
    bench = fake_bench(
        journal,
        servers,
        FakeGenerator(journal, slices=slices),
        engine=FakeEngine(journal, servers, refused=refused),
    )
    specs = {name: container(name) for name in COSTS_US}
    loading = planned(profile="nanode").loading
    steps = measured_at_once(specs, known, budget_s, seed, loading, bench, slices=SLICES)
    return Ran(list(steps), journal)


def test_there_are_launches_until_the_next_would_not_end_in_time() -> None:
    ran = run([*well(3, FIRST), *well(3, 4 * LATER)], budget_s=5.0)
    assert [len(step[0].launches) for step in ran.steps] == [1, 2, 3, 4, 5]
    assert [launch.at_s for launch in ran.last.launches] == [1.0, 2.0, 3.0, 4.0, 5.0]


def test_there_are_two_launches_at_least() -> None:
    ran = run([*well(3, FIRST), *well(3, LATER)], budget_s=0.0)
    assert len(ran.last.launches) == 2


def test_a_launch_has_every_server_in_each_slice() -> None:
    ran = run([*well(3, FIRST), *well(3, LATER)])
    (first, _) = ran.last.launches
    assert len(first.slices) == SLICES
    assert ran.last.requests == 20
    assert first.slices[0] == pytest.approx(COSTS_US)
    assert sorted(first.order) == sorted(COSTS_US)


def test_a_launch_has_the_time_in_programs_and_in_the_kernel_where_the_host_tells_it() -> None:
    for launch in run([*well(3, FIRST), *well(3, LATER)]).last.launches:
        assert launch.user_s == {"bottle": 1.0, "reference": 1.0}
        assert launch.system_s == {"bottle": 2.0, "reference": 2.0}


def test_seeds_and_orders_follow_from_the_seed_and_differ_between_launches() -> None:
    script = [*well(3, FIRST), *well(3, 5 * LATER)]
    one, same, other = (run(script, budget_s=6.0, seed=seed) for seed in (1, 1, 2))
    assert one.last == same.last
    assert one.last != other.last
    assert len({launch.seed for launch in one.last.launches}) == 6
    assert len({launch.order for launch in one.last.launches}) > 1
    assert one.started()[:3] == list(one.last.launches[0].order)
    seeds = [line for line in one.journal if "hash seed" in line]
    assert all(f"hash seed {one.last.launches[0].seed}" in line for line in seeds[:3])


def failing(times: int) -> Ran:
    """Requests to flask fail in so many of the first launches, in the slice after the first."""
    probe = run([*well(3, FIRST), *well(3, LATER)])
    script: list[Slice | BaseException] = []
    for left in range(times):
        place = probe.last.launches[0].order.index("flask")
        if left:  # the second order is another one
            order = run([*script, *well(3, FIRST), *well(3, LATER)]).last.launches[0].order
            place = order.index("flask")
        failures: list[dict[str, int]] = [{}, {}, {}]
        failures[place] = {"reset": 3}
        script += [*well(3, 3), answered(*failures)]
    servers = 3 if times < 2 else 2
    return run([*script, *well(servers, FIRST), *well(servers, LATER)])


def test_a_service_whose_requests_fail_has_a_second_chance() -> None:
    ran = failing(1)
    assert ran.last.services == ("bottle", "flask")
    assert ran.last.left_out == ()
    (once,) = ran.last.failed_once
    assert (once.service, once.phase) == ("flask", TrialPhase.LOAD)
    assert [set(launch.order) for launch in ran.last.launches] == [set(COSTS_US)] * 2
    assert f"note flask has a second chance under json: it failed: {once.reason}" in ran.journal


def test_a_service_whose_requests_fail_twice_is_left_out() -> None:
    ran = failing(2)
    assert ran.last.services == ("bottle",)
    (out,) = ran.last.left_out
    assert (out.service, out.phase) == ("flask", TrialPhase.LOAD)
    assert out.reason == "3 of 20 requests failed: 3 reset"
    assert [set(launch.order) for launch in ran.last.launches] == [{"bottle", "reference"}] * 2
    assert f"note flask is left out under json: it failed: {out.reason}" in ran.journal


def test_a_container_that_does_not_start_is_left_out_of_every_workload() -> None:
    known = [Together(workload=name, services=("bottle", "flask")) for name in ("json", "text")]
    refused = {"flask": TrialFailed("no room", "its log")}
    script = [*well(2, FIRST), *well(2, FIRST), *well(2, 2 * LATER)]
    ran = run(script, known=known, refused=refused)
    out = LeftOut(service="flask", phase=TrialPhase.START, reason="no room", log_tail="its log")
    assert [one.left_out for one in ran.steps[-1]] == [(out,), (out,)]
    assert [len(one.launches) for one in ran.steps[-1]] == [2, 2]


def test_without_the_reference_nothing_goes_on() -> None:
    ran = run([], refused={"reference": TrialFailed("no room")})
    assert [out.service for out in ran.last.left_out] == ["reference"]
    assert (ran.last.services, ran.last.launches) == (("bottle", "flask"), ())
    assert not goes_on(ran.last)


@pytest.mark.parametrize("error", [TrialFailed("it ended"), RuntimeError("nobody foresaw this")])
def test_without_the_load_nothing_goes_on_and_what_was_measured_stays(error: Exception) -> None:
    ran = run([*well(3, FIRST), error])
    assert [out.service for out in ran.last.left_out] == ["load"]
    assert str(error) in ran.last.left_out[0].reason
    assert len(ran.last.launches) == 1


def test_launches_of_an_interrupted_run_go_on_where_it_ended() -> None:
    script = [*well(3, FIRST), *well(3, 4 * LATER)]
    whole = run(script, budget_s=5.0)
    begun = whole.steps[1]
    rest = run(well(3, 3 * LATER), known=begun, budget_s=5.0)
    assert [(one.seed, one.order, one.at_s) for one in rest.last.launches] == [
        (one.seed, one.order, one.at_s) for one in whole.last.launches
    ]


def test_with_all_launches_made_there_is_nothing_left() -> None:
    whole = run([*well(3, FIRST), *well(3, 4 * LATER)], budget_s=5.0)
    assert run([], known=whole.steps[-1], budget_s=5.0).steps == []


@pytest.mark.parametrize(
    ("changes", "budget_s", "over"),
    [
        pytest.param({}, 30.0, True, id="another one would end after the time"),
        pytest.param({}, 40.0, False, id="another one fits in"),
        pytest.param({"factors": (1.0,)}, 5.0, False, id="one is not enough"),
        pytest.param({"factors": ()}, 0.0, False, id="none yet"),
        pytest.param({"services": ()}, 40.0, True, id="nothing is left to measure"),
    ],
)
def test_when_the_time_is_spent(changes: dict[str, Any], budget_s: float, over: bool) -> None:
    assert spent([together(COSTS_US, **changes)], budget_s) is over


def test_the_first_launch_does_not_tell_how_long_another_one_takes() -> None:
    """It also finds the pace."""
    known = together(COSTS_US)
    first, second, third = known.launches
    later = tuple(replace(one, at_s=one.at_s + 40) for one in (first, second, third))
    assert not spent([replace(known, launches=later)], 81.0)
    assert spent([replace(known, launches=later)], 79.0)


def test_before_anybody_said_who_takes_part_the_time_is_not_spent() -> None:
    assert not spent([], 0.0)
