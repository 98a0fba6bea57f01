"""Which services answer which workloads."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.bench.trials import missing_trials
from orchestrator.entries import offered
from orchestrator.model.entry import Entry, ServiceSet
from tests.unit.examples import JSON, TEXT, container, manifest, planned, run_record

OF_ORMS = replace(JSON, workload="orm-one", on_request=True, only="orm")
ROUTES = replace(TEXT, workload="routes", on_request=True)
FLASK = manifest("flask", not_offered={"page": "it has no templates"})
PEEWEE = manifest("peewee", sets=(ServiceSet.ORM,), not_offered={"routes": "it has no router"})


def test_a_service_that_is_not_in_the_set_of_a_workload_does_not_answer_it() -> None:
    assert FLASK.why_not(OF_ORMS) == "only services of the set orm answer it"
    assert PEEWEE.why_not(OF_ORMS) is None
    assert offered(FLASK, [JSON, ROUTES, OF_ORMS]) == [JSON, ROUTES]
    assert offered(PEEWEE, [JSON, ROUTES, OF_ORMS]) == [JSON, OF_ORMS]


def test_a_service_says_itself_what_it_does_not_answer() -> None:
    assert PEEWEE.why_not(ROUTES) == "it has no router"
    assert FLASK.why_not(ROUTES) is None
    assert FLASK.why_not(replace(OF_ORMS, workload="page")) == (
        "only services of the set orm answer it"
    )


def test_a_trial_of_what_is_not_offered_is_never_missing() -> None:
    plan = planned()
    (trial,) = plan.trials
    other = replace(
        trial,
        entry=Entry(manifest=PEEWEE, container=container("peewee")),
        expectation=OF_ORMS,
    )
    nothing = run_record(plan, trials=())
    assert missing_trials([replace(trial, expectation=OF_ORMS), other], nothing) == (other,)
