"""The audit of launches of all services at once: with each other, and with the run's trials."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.audit.record import audit_record
from orchestrator.audit.record_together import launches
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.record import RunRecord
from orchestrator.model.together import LOAD, LeftOut, Together
from orchestrator.model.trial import TrialPhase
from tests.unit.examples import open_loop_row, planned, run_record, together, trial_record

ALONE_US = {"bottle": 300.0, "flask": 900.0, "sanic": 150.0}
AT_ONCE_US = {"bottle": 200.0, "flask": 600.0, "reference": 50.0, "sanic": 100.0}


def run(at_once: Together | None = None, alone_us: Mapping[str, float] = ALONE_US) -> RunRecord:
    plan = planned(tuple(ALONE_US), profile="nanode")
    trials = tuple(
        trial_record(
            service,
            open_loop=(
                open_loop_row(cpu_us_per_request=us, server_cpu=us * 250 / 1e6, requests=2_000),
            ),
        )
        for service, us in alone_us.items()
    )
    return run_record(plan, trials=trials, together=(at_once or together(AT_ONCE_US),))


def found(record: RunRecord) -> list[Finding]:
    return list(launches(record))


def kinds(record: RunRecord) -> list[tuple[str, Kind]]:
    return [(finding.row, finding.kind) for finding in found(record)]


def test_honest_launches_have_no_finding() -> None:
    assert found(run()) == []
    assert found(replace(run(), together=())) == []


def test_the_rule_is_one_of_those_of_a_record() -> None:
    broken = replace(together(AT_ONCE_US), rate=0.0)
    assert "launches" in {finding.rule for finding in audit_record(run(broken))}


def test_a_service_that_was_left_out_has_no_finding() -> None:
    left = LeftOut(service="flask", phase=TrialPhase.LOAD, reason="12 of 30 requests failed")
    without = {name: us for name, us in AT_ONCE_US.items() if name != "flask"}
    assert found(run(together(without, left_out=(left,)))) == []


def test_each_service_took_part_or_was_left_out_once() -> None:
    whole = together(AT_ONCE_US)
    left = LeftOut(service="flask", phase=TrialPhase.LOAD, reason="it broke")
    missing = replace(whole, services=("bottle", "sanic"))
    for wrong, seen in ((missing, 0), (replace(whole, left_out=(left,)), 2)):
        (finding,) = found(run(wrong))
        assert (finding.row, finding.kind) == ("flask json, launches", Kind.CONTRADICTION)
        assert (finding.seen, finding.expected) == (seen, 1)


def test_a_load_that_failed_is_no_service_of_the_run() -> None:
    left = LeftOut(service=LOAD, phase=TrialPhase.LOAD, reason="the client ended")
    assert found(run(replace(together(AT_ONCE_US), left_out=(left,)))) == []


def test_a_reference_that_failed_is_no_service_of_the_run() -> None:
    left = (
        LeftOut(service="reference", phase=TrialPhase.START, reason="it ended"),
        *(
            LeftOut(service=name, phase=TrialPhase.START, reason="no reference")
            for name in ALONE_US
        ),
    )
    assert found(run(Together(workload="json", services=(), left_out=left))) == []


def changed_slices(**changes: Any) -> Together:
    """Launches whose last slice has these values; None: the server is not in it."""
    whole = together(AT_ONCE_US)
    *before, last = whole.launches
    used = {**last.slices[-1], **changes}
    slices = (*last.slices[:-1], {name: us for name, us in used.items() if us is not None})
    return replace(whole, launches=(*before, replace(last, slices=slices)))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"reference": None}, "missing: reference"),
        ({"sanic": None}, "missing: sanic"),
        ({"tornado": 5.0}, "not started: tornado"),
        ({"sanic": 0.0}, "every cost is above 0"),
        ({"sanic": -3.0}, "every cost is above 0"),
    ],
)
def test_every_slice_has_all_servers_and_costs_above_zero(
    changes: dict[str, float | None], said: str
) -> None:
    (finding,) = found(run(changed_slices(**changes)))
    assert (finding.row, finding.kind) == ("json, launch 3", Kind.CONTRADICTION)
    assert said in finding.text


def test_launches_have_slices_and_follow_one_another() -> None:
    whole = together(AT_ONCE_US)
    first, second, third = whole.launches
    empty = replace(whole, launches=(first, second, replace(third, slices=())))
    assert kinds(run(empty)) == [("json, launch 3", Kind.CONTRADICTION)]
    back = replace(whole, launches=(first, second, replace(third, at_s=1.0)))
    assert kinds(run(back)) == [("json, launch 3", Kind.CONTRADICTION)]


@pytest.mark.parametrize("changes", [{"rate": -1.0}, {"rate": 0.0}, {"requests": 0}])
def test_a_pace_is_above_zero(changes: dict[str, Any]) -> None:
    assert kinds(run(replace(together(AT_ONCE_US), **changes))) == [
        ("json, launches", Kind.CONTRADICTION)
    ]


def test_a_workload_has_launches_once_and_was_measured() -> None:
    whole = together(AT_ONCE_US)
    twice = replace(run(), together=(whole, whole))
    other = replace(run(), together=(replace(whole, workload="other"),))
    assert [f.row for f in found(twice)] == ["json, launches"]
    assert [f.row for f in found(other)] == ["other, launches"]


def test_a_service_whose_cost_is_another_one_in_the_trials_is_doubted() -> None:
    (doubted,) = found(run(alone_us={**ALONE_US, "flask": 300.0}))
    assert (doubted.row, doubted.kind) == ("flask json, launches", Kind.DOUBT)
    assert doubted.seen == 2.0
    assert doubted.expected == pytest.approx(2 / 3)
    assert found(run(alone_us={**ALONE_US, "flask": 1_500.0})) == []


def test_of_two_services_nobody_knows_which_is_wrong() -> None:
    plan = planned(("bottle", "sanic"), profile="nanode")
    trials = [
        trial_record(name, open_loop=(open_loop_row(cpu_us_per_request=us),))
        for name, us in (("bottle", 300.0), ("sanic", 1_500.0))
    ]
    two = together({name: AT_ONCE_US[name] for name in ("bottle", "reference", "sanic")})
    assert found(run_record(plan, trials=tuple(trials), together=(two,))) == []
