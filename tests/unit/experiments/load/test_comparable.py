"""What two runs of `lab run` are compared by."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orchestrator.experiments.load.comparable import comparable
from orchestrator.files.results_dir import load
from orchestrator.model.comparable import Comparable, ComparableRow
from orchestrator.model.placement import Network
from orchestrator.model.record import Endpoint, RunRecord
from orchestrator.model.together import LeftOut, Together, TogetherLaunch
from orchestrator.model.trial import Outcome, TrialPhase, TrialRecord
from tests.conftest import ROOT
from tests.unit.examples import (
    host,
    open_loop_row,
    resources,
    run_record,
    server,
    totals,
    trial_record,
)


def measured(repeat: int = 1, **changes: Any) -> TrialRecord:
    example = {
        "order": repeat,
        "hold": totals(goodput_rps=1000.0 + repeat),
        "limited_by": "server-cpu",
        "resources": resources(cpu_us_per_request=80.0 + repeat),
        "open_loop": (open_loop_row(cpu_us_per_request=200.0 + repeat),),
    }
    return trial_record(repeat=repeat, **{**example, **changes})


def failed(repeat: int, **changes: Any) -> TrialRecord:
    return trial_record(
        repeat=repeat,
        order=repeat,
        outcome=Outcome.FAILED,
        phase=TrialPhase.LOAD,
        reason="the server ended",
        **changes,
    )


def rows(*trials: TrialRecord, **changes: Any) -> dict[str, ComparableRow]:
    found = comparable(record(*trials, **changes))
    return {row.quantity.name: row for row in found.rows}


def record(*trials: TrialRecord, **changes: Any) -> RunRecord:
    made = run_record(trials=trials)
    profile = replace(made.profile, open_rate=250.0, open_s=6.0)
    settings = replace(made.settings, services=("flask",), workloads=("json",))
    return replace(made, **{"profile": profile, "settings": settings, **changes})


def test_each_trial_gives_a_value_in_the_order_in_which_they_were_measured() -> None:
    found = rows(measured(1, order=2), measured(2, order=1))
    assert found["throughput"].values == (1002.0, 1001.0)
    assert found["cpu-per-request"].values == (202.0, 201.0)
    assert {row.note for row in found.values()} == {""}


def test_the_headline_comes_first() -> None:
    assert comparable(record(measured())).headline == "throughput"
    by_cost = replace(record().profile, by_cost=True)
    found = comparable(record(measured(), profile=by_cost))
    assert found.headline == "cpu-per-request"
    assert {row.quantity.name for row in found.rows} == {"cpu-per-request"}


def test_a_rate_that_was_not_the_servers_has_a_note_and_no_values() -> None:
    found = rows(measured(1), measured(2, limited_by="loadgen-cpu"))
    assert found["throughput"].values == ()
    assert "loadgen-cpu" in found["throughput"].note
    assert found["cpu-per-request"].values == (201.0, 202.0)


def test_a_failed_trial_is_named_beside_the_others_values() -> None:
    found = rows(measured(1), failed(2), measured(3))
    assert found["throughput"].values == (1001.0, 1003.0)
    assert found["throughput"].note == "1 of 3 trials failed in load: the server ended"


def test_a_service_that_failed_always_has_a_row_with_the_reason() -> None:
    for row in rows(failed(1), failed(2)).values():
        assert row.values == ()
        assert row.note == "2 of 2 trials failed in load: the server ended"


@pytest.mark.parametrize(
    ("changes", "note"),
    [
        ({"outcome": Outcome.SKIPPED, "hold": None, "open_loop": ()}, "skipped"),
        ({"hold": None, "open_loop": ()}, "no hold"),
    ],
)
def test_a_trial_without_numbers_says_why(changes: dict[str, Any], note: str) -> None:
    found = rows(measured(**changes))
    assert {row.note for row in found.values()} == {note}
    assert {row.values for row in found.values()} == {()}


def test_a_server_that_fell_behind_the_common_rate_has_no_cost() -> None:
    late = open_loop_row(cpu_us_per_request=300.0, limited_by="server-cpu")
    found = rows(measured(1), measured(2, open_loop=(late,)))
    assert found["cpu-per-request"].values == ()
    assert found["cpu-per-request"].note.endswith("common rate: server-cpu")


def test_without_a_common_rate_the_cost_is_that_of_the_hold() -> None:
    without = replace(record().profile, open_rate=None, open_s=0.0)
    made = record(measured(1, open_loop=()), measured(2, open_loop=()), profile=without)
    found = comparable(made)
    assert found.conditions["CPU time for a request"] == "in the hold"
    assert found.rows[1].values == (81.0, 82.0)
    broken = replace(made, trials=(measured(1, open_loop=(), limited_by="errors"),))
    assert "limited by errors" in comparable(broken).rows[1].note


def test_a_row_says_what_was_measured() -> None:
    one = server(image_id="sha256:1", python="3.13.5", versions={"flask": "3.1.0"})
    other = replace(one, versions={"flask": "3.1.2"})
    found = rows(measured(1, server=one), measured(2, server=other))["throughput"]
    assert found.made_of == {
        "image": "sha256:1",
        "Python": "3.13.5",
        "flask": "3.1.0, 3.1.2",
    }


def differing(one: Comparable, other: Comparable) -> set[str]:
    assert one.conditions.keys() == other.conditions.keys()
    return {name for name, text in one.conditions.items() if other.conditions[name] != text}


BASE = record(measured(), contract={"json": Endpoint(path="/json", content_type="a", body_bytes=1)})
OTHER = Endpoint(path="/json", content_type="a", body_bytes=1, digest="0" * 64)


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        (replace(BASE, host=host(cpu_model="Other")), {"CPU model"}),
        (replace(BASE, host=host(cpus=4)), {"CPUs"}),
        (replace(BASE, host=host(memory_bytes=2**30)), {"memory"}),
        (replace(BASE, host=host(nofile=1)), {"open files for each container"}),
        (replace(BASE, layout=replace(BASE.layout, shared=True)), {"load on the server's CPU"}),
        (
            replace(BASE, layout=replace(BASE.layout, smt_shared=True)),
            {"load on the server's core (SMT)"},
        ),
        (
            replace(BASE, layout=replace(BASE.layout, load_cpus=(0, 2, 3))),
            {"CPUs of the load"},
        ),
        (
            replace(BASE, layout=replace(BASE.layout, network=Network.BRIDGE)),
            {"network"},
        ),
        (replace(BASE, settings=replace(BASE.settings, client="http")), {"client"}),
        (replace(BASE, profile=replace(BASE.profile, name="other")), {"profile"}),
        (replace(BASE, profile=replace(BASE.profile, step_s=99.0)), {"profile.step_s"}),
        (replace(BASE, profile=replace(BASE.profile, users=(1,))), {"profile.users"}),
        (replace(BASE, contract={"json": OTHER}), {"workload json"}),
        (replace(BASE, contract={}), {"workload json"}),
        (replace(BASE, host=host(kernel="7", lab_commit="d", docker_version="1")), set()),
        (replace(BASE, settings=replace(BASE.settings, repeats=9, seed=9)), set()),
    ],
)
def test_what_must_be_equal_is_a_condition(changed: RunRecord, names: set[str]) -> None:
    assert differing(comparable(BASE), comparable(changed)) == names


@pytest.mark.parametrize("folder", sorted(path.parent for path in ROOT.glob("results/*/run.json")))
def test_committed_runs_have_a_row_for_each_service_and_workload(folder: Any) -> None:
    known = load(folder)
    found = comparable(known)
    wanted = {(trial.service, trial.workload) for trial in known.trials}
    for name in {row.quantity.name for row in found.rows}:
        mine = [row for row in found.rows if row.quantity.name == name]
        assert {(row.service, row.workload) for row in mine} == wanted
    assert all(row.values or row.note for row in found.rows)


def test_launches_of_all_services_at_once_are_the_headline() -> None:
    slices = tuple({"reference": 50.0, "flask": 50.0 * factor} for factor in (2.0, 2.0, 2.0))
    launch = TogetherLaunch(seed=1, order=("reference", "flask"), at_s=1.0, slices=slices)
    left = LeftOut(service="sanic", phase=TrialPhase.LOAD, reason="2 requests failed: 2 reset")
    load = replace(left, service="load")
    one = Together(
        workload="json", services=("flask",), launches=(launch, launch), left_out=(left, load)
    )
    made = record(measured(1), measured(1, service="sanic"), together=(one,))
    found = comparable(made)
    assert found.headline == "relative-cost"
    mine = {row.service: row for row in found.rows if row.quantity.name == "relative-cost"}
    assert mine["flask"].values == pytest.approx((2.0, 2.0))
    assert mine["sanic"].values == ()
    assert mine["sanic"].note == "failed: 2 requests failed: 2 reset"
    assert set(mine) == {"flask", "sanic"}


def test_a_python_for_all_services_is_a_condition_and_none_is_not() -> None:
    """So a line of a history goes on that is older than the condition."""
    own = record(measured())
    assert "Python of all services" not in comparable(own).conditions
    on_312 = replace(own, settings=replace(own.settings, python="3.12"))
    assert comparable(on_312).conditions["Python of all services"] == "3.12"
