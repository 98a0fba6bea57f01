"""The report of somebody's own application says nothing of the lab's services or of 2019."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from orchestrator.experiments.experiment import Surroundings
from orchestrator.experiments.load.record import kept
from orchestrator.experiments.load.report import derived
from orchestrator.files.checkout import ROOT
from orchestrator.files.published import read_published
from orchestrator.model.record import RunRecord
from orchestrator.report.own import is_own
from orchestrator.report.reproduce import checkout, reproduce
from orchestrator.report.templating import Links
from tests.unit.examples import run_record, server, trial_record


def own_record() -> RunRecord:
    shop = server("Shop", unsaid=True, notes=("its folder is at commit abc",))
    return usual_record(trials=(trial_record(server=shop),), command="lab run --app shop")


def usual_record(**changes: Any) -> RunRecord:
    return run_record(**{"trials": (trial_record(),), **changes})


def report_of(record: RunRecord) -> dict[str, str]:
    published = read_published(ROOT / "results" / "published")
    return derived(record, Surroundings(published=published, findings=(), links=Links(), locks={}))


def test_only_a_run_of_an_application_is_own() -> None:
    assert is_own(own_record())
    assert not is_own(usual_record())
    assert not is_own(replace(own_record(), trials=()))


def test_nothing_that_was_published_stands_beside_it() -> None:
    own, usual = report_of(own_record()), report_of(usual_record())
    assert "published in 2019" in usual["report.md"].lower()
    for name in ("report.md", "index.html"):
        assert "in 2019" not in own[name].lower()
        assert "service.toml" not in own[name]
        assert "its folder is at commit abc" in own[name]
    assert not {"claims.csv", "perks.csv"} & own.keys()


def test_it_is_named_and_begins_with_the_hold() -> None:
    own, usual = report_of(own_record()), report_of(usual_record())
    assert "<h1>Shop on one CPU and 1 GB</h1>" in own["index.html"]
    assert "<h1>Python web frameworks on one CPU and 1 GB</h1>" in usual["index.html"]
    for report, hold_first in ((own["report.md"], True), (usual["report.md"], False)):
        held, whole = report.index("held at the best step\n"), report.index("the whole trial")
        assert (held < whole) is hold_first


def test_the_commands_are_those_for_its_folder() -> None:
    record = own_record()
    assert reproduce(record, "flask", "json").startswith("lab run --app . --workload json ")
    assert checkout(record) is None
    assert "`lab run --app DIR --resume " in kept(record)
