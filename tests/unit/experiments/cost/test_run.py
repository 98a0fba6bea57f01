"""The loop of a cost table, with fakes: what is left out, what is kept, when it ends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from labwire.exchange import Request
from labwire.slices import Served, Slice
from orchestrator.bench.reference import entry_of
from orchestrator.contract import Probe
from orchestrator.errors import TrialFailed
from orchestrator.experiments.carry_out import carried_out
from orchestrator.experiments.cost import COST, blank
from orchestrator.experiments.cost.audit import findings
from orchestrator.experiments.cost.document import cost_summary
from orchestrator.experiments.cost.launches import SLICES, SLICES_OF_MANY, slices_of
from orchestrator.experiments.cost.plan import CostPlan
from orchestrator.experiments.cost.record import CostRecord, CostSettings
from orchestrator.experiments.experiment import Facts
from orchestrator.model.settings import Loading
from orchestrator.model.together import REFERENCE
from orchestrator.model.trial import TrialPhase
from orchestrator.ports import Container
from tests.fakes import FakeContainer, FakeGenerator, FakeSliceLoad, Journal, fake_bench
from tests.unit.examples import JSON, TEXT, answer, container, entry, host, planned, probe

COST_S = {REFERENCE: 0.006, "flask": 0.06, "sanic": 0.012}
"""CPU seconds that each fake uses in a slice."""


class Counting(FakeContainer):
    """Gives the right answers, and uses the same CPU time from one look at it to the next."""

    def __init__(self, name: str, used_s: float) -> None:
        super().__init__(name)
        self._used_s, self._reads = used_s, 0

    def probe(self, requests: Sequence[Request], wait_s: float) -> Probe:
        right = {expected.request: expected for expected in (JSON, TEXT)}
        return probe(self.name, *(answer(right[request]) for request in requests))

    def cpu_s(self) -> float:
        self._reads += 1
        return self._used_s * self._reads


class Aiming(FakeSliceLoad):
    """Answers for the servers that it was aimed at: all requests succeed, up to a slice.

    ``bad``: the number of that slice, and what happens in it: an error; or the server whose
    requests fail from then on.
    """

    def __init__(self, journal: Journal, bad: tuple[int, BaseException | str] | None) -> None:
        super().__init__(journal, ())
        self._bad, self._count, self._names = bad, 0, list[str]()

    def aim(
        self,
        servers: Sequence[Container],
        *,
        within_s: float,
        workload: str | None = None,
        connections: int | None = None,
    ) -> None:
        self._names = [server.host for server in servers]
        self._journal.append(f"aim {' '.join(sorted(self._names))} {workload}")

    def _next(self) -> Slice:
        self._count += 1
        if self._bad is None or self._count < self._bad[0]:
            return done(*[{}] * len(self._names))
        if isinstance(self._bad[1], BaseException):
            raise self._bad[1]
        return done(*({"reset": 3} if name == self._bad[1] else {} for name in self._names))


class Generator(FakeGenerator):
    """Gives slices of `Aiming`."""

    def __init__(self, journal: Journal, bad: tuple[int, BaseException | str] | None) -> None:
        super().__init__(journal)
        self._bad = bad

    @contextmanager
    def slices(self, workload: str, loading: Loading) -> Iterator[Aiming]:
        yield Aiming(self._journal, self._bad)


def done(*failures: Mapping[str, int]) -> Slice:
    served = tuple(
        Served(requests=100, failures=dict(kinds), completed=100, connects=0, histogram="")
        for kinds in failures
    )
    return Slice(servers=served, duration_s=0.25, idle=0.5)


def plan_of(*services: str, budget_s: float = 20.0, **changes: Any) -> CostPlan:
    specs = {REFERENCE: container(REFERENCE)}
    settings = CostSettings(services=services, workloads=("json",), budget_s=budget_s, seed=1)
    example = CostPlan(
        settings=settings,
        loading=planned().loading,
        entries=(entry_of(specs, [JSON]), *map(entry, services)),
        expectations=(JSON,),
    )
    return replace(example, **changes)


def measured(
    plan: CostPlan,
    *,
    bad: tuple[int, BaseException | str] | None = None,
    journal: Journal | None = None,
    containers: Mapping[str, FakeContainer] | None = None,
    broken: Mapping[str, TrialFailed] | None = None,
) -> CostRecord:
    journal = [] if journal is None else journal
    names = (REFERENCE, *plan.settings.services)
    servers = {name: Counting(name, COST_S[name]) for name in names}
    bench = fake_bench(journal, {**servers, **(containers or {})}, Generator(journal, bad))
    bench = replace(bench, images={**bench.images, **(broken or {})})
    facts = Facts(
        run_id="cost-2026-03-02-0a1b2c",
        started_at="2026-03-02T12:00:00Z",
        command="lab cost",
        host=host(),
    )
    return carried_out(COST, plan, blank(plan, facts), bench, lambda record: record)


def test_launches_go_on_until_the_budget_is_used_up() -> None:
    journal: Journal = []
    record = measured(plan_of("flask", "sanic"), journal=journal)
    (json,) = record.together
    assert len(json.launches) >= 2
    assert json.launches[-1].at_s <= 20.0
    assert all(len(launch.slices) == SLICES for launch in json.launches)
    assert len({launch.seed for launch in json.launches}) == len(json.launches)
    assert {row.service: round(row.relative or 0, 6) for row in record.rows} == {
        "flask": 10.0, "sanic": 2.0,
    }  # fmt: skip
    assert findings(record) == ()
    assert COST.all_well(record)
    starts = [line for line in journal if line.startswith("start flask with hash")]
    assert len(starts) == len(json.launches)


def test_at_least_two_launches_are_measured_whatever_the_budget() -> None:
    record = measured(plan_of("flask", budget_s=0.1))
    assert len(record.together[0].launches) == 2


def test_a_service_that_breaks_its_contract_is_left_out_and_the_others_go_on() -> None:
    wrong = probe("flask", answer(JSON, status=500))
    broken = FakeContainer("flask", wrong)
    record = measured(plan_of("flask", "sanic"), containers={"flask": broken})
    (left,) = record.together[0].left_out
    assert (left.service, left.phase) == ("flask", TrialPhase.VERIFY)
    assert record.together[0].services == ("sanic",)
    assert {row.service: row.note[:26] for row in record.rows} == {
        "sanic": "", "flask": "does not keep the contract",
    }  # fmt: skip
    assert not COST.all_well(record)
    assert record.failure is None


def test_images_and_companions_are_reasons_too() -> None:
    plan = plan_of("flask", "sanic")
    needing = replace(entry("sanic"), companions=(container("store"),))
    plan = replace(plan, entries=(*plan.entries[:2], needing))
    no_image = TrialFailed("its image could not be built", "pip failed")
    stored = {"store": FakeContainer("store")}
    record = measured(plan, broken={"flask": no_image}, containers=stored)
    left = {one.service: (one.phase, one.log_tail) for one in record.together[0].left_out}
    assert left == {"flask": (TrialPhase.BUILD, "pip failed"), "sanic": (TrialPhase.START, None)}
    assert record.together[0].launches == ()
    assert record.failure is None


@pytest.mark.parametrize(
    "place", [1, 2, 3, SLICES + 2, SLICES + 4], ids=["warm-up", "pace", "first", "last", "later"]
)
def test_requests_that_fail_leave_a_service_out_and_its_launch_does_not_count(place: int) -> None:
    record = measured(plan_of("flask", "sanic"), bad=(place, "flask"))
    (json,) = record.together
    (left,) = json.left_out
    assert (left.service, left.phase) == ("flask", TrialPhase.LOAD)
    assert left.reason == "3 of 100 requests failed: 3 reset"
    assert [(one.service, one.reason) for one in json.failed_once] == [("flask", left.reason)]
    summary = cost_summary(record)
    assert "json: a launch was made again, because requests to Flask failed: 3 of 100" in summary
    assert json.services == ("sanic",)
    assert len(json.launches) >= 2
    assert all(len(launch.slices) == SLICES for launch in json.launches)
    assert ["flask" in launch.order for launch in json.launches][:2] == [place > SLICES + 2, False]
    assert findings(record) == ()


def test_without_the_reference_the_run_fails() -> None:
    broken = FakeContainer(REFERENCE, probe(REFERENCE, answer(JSON, status=404)))
    record = measured(plan_of("flask"), containers={REFERENCE: broken})
    assert record.failure is not None
    assert (record.failure.service, record.failure.phase) == (REFERENCE, TrialPhase.VERIFY)
    assert COST.unusable(record)


def test_a_load_that_fails_ends_the_run_and_keeps_what_was_measured() -> None:
    record = measured(plan_of("flask"), bad=(SLICES + 5, TrialFailed("the client ended")))
    assert record.failure is not None
    assert (record.failure.service, record.failure.reason) == ("load", "the client ended")
    assert len(record.together[0].launches) == 1
    assert record.rows[0].relative is not None


def test_an_interrupt_loses_no_launch() -> None:
    record = measured(plan_of("flask"), bad=(SLICES + 5, KeyboardInterrupt()))
    assert record.interrupted
    assert len(record.together[0].launches) == 1
    assert record.rows[0].relative is not None


def test_a_launch_measures_every_workload_with_the_same_containers() -> None:
    settings = CostSettings(services=("flask",), workloads=("json", "text"), budget_s=1.0, seed=1)
    specs = {REFERENCE: container(REFERENCE)}
    plan = plan_of(
        "flask",
        settings=settings,
        expectations=(JSON, TEXT),
        entries=(entry_of(specs, [JSON, TEXT]), entry("flask")),
    )
    journal: Journal = []
    record = measured(plan, journal=journal)
    first, second = record.together
    assert [one.seed for one in first.launches] == [one.seed for one in second.launches]
    aimed = [line for line in journal if line.startswith("aim")]
    assert aimed == ["aim flask reference json", "aim flask reference text"] * 2
    assert len([line for line in journal if line.startswith("start flask with hash")]) == 2


def test_launches_of_many_services_have_fewer_slices() -> None:
    assert slices_of(9) == SLICES
    assert slices_of(38) == SLICES_OF_MANY < SLICES
