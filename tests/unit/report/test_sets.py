"""A record's set stands in everything that people read of it; records without one do not change."""

from __future__ import annotations

import argparse
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest

from orchestrator.experiments.cost import COST
from orchestrator.experiments.cost.document import cost_summary
from orchestrator.experiments.cost.page import page as cost_page
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.experiments.crosscheck import CROSSCHECK
from orchestrator.experiments.crosscheck.document import crosscheck_files
from orchestrator.experiments.instructions import INSTRUCTIONS
from orchestrator.experiments.instructions.document import instructions_files
from orchestrator.experiments.load import LOAD
from orchestrator.experiments.registry import EXPERIMENTS
from orchestrator.model.catalogue import PURPOSES, SETS, Names, described
from orchestrator.model.record import RunRecord
from orchestrator.report.files import report_files
from orchestrator.report.runs import NAMED, Listed, runs_page
from orchestrator.report.summary import run_summary
from orchestrator.report.templating import Links
from tests.conftest import ROOT
from tests.unit.examples import planned, run_record, server, settings, trial_record
from tests.unit.experiments.cost.examples import cost_record
from tests.unit.experiments.crosscheck.crosschecks import crosscheck_record
from tests.unit.experiments.instructions.test_instructions import instructions_record

PRODUCTION = described("production")


def run(set_name: str | None) -> RunRecord:
    example = run_record(settings=settings(set_name=set_name), trials=(trial_record(),))
    return replace(example, profile=planned().loading.profile)


def cost(set_name: str | None) -> CostRecord:
    record = cost_record()
    return replace(record, settings=replace(record.settings, set_name=set_name))


def texts(record: RunRecord) -> list[str]:
    files = report_files(record, published=None, beside=(), findings=(), links=Links())
    return [files["report.md"], files["index.html"], run_summary(record)]


def test_every_set_has_a_purpose_of_one_line() -> None:
    assert set(PURPOSES) == set(SETS)
    assert all(len(described(name)) < 120 for name in SETS)


def test_a_set_that_this_version_does_not_know_is_named_all_the_same() -> None:
    assert described("1999") == "Set 1999."
    assert described(None) == ""


def test_report_page_and_summary_of_a_run_name_its_set() -> None:
    assert all(PRODUCTION in text for text in texts(run("production")))


def test_without_a_set_nothing_is_said_of_it() -> None:
    assert not any("Set " in text for text in texts(run(None)))


def test_summary_and_page_of_a_cost_table_name_its_set() -> None:
    for made in (cost_summary, cost_page):
        assert PRODUCTION in made(cost("production"))
        assert "Set " not in made(cost(None))


def test_a_cost_table_of_a_set_says_that_bases_were_added_to_it() -> None:
    record = cost("production")
    added = replace(record, settings=replace(record.settings, bases=True))
    for made in (cost_summary, cost_page):
        assert f"{PRODUCTION} The bases of its services took part, too." in made(added)
        assert "The bases of its services" not in made(record)


def other_pages(set_name: str | None) -> list[str]:
    """The pages of a cross-check and of counted instructions."""
    check, counts = crosscheck_record(), instructions_record()
    check = replace(check, settings=replace(check.settings, set_name=set_name))
    counts = replace(counts, settings=replace(counts.settings, set_name=set_name))
    files = {**crosscheck_files(check), **instructions_files(counts)}
    return [files[name].decode() for name in ("crosscheck.md", "instructions.md")]


def test_the_pages_of_cross_check_and_instructions_name_their_set() -> None:
    assert all(PRODUCTION in text for text in other_pages("production"))
    assert not any("Set " in text for text in other_pages(None))


@pytest.mark.parametrize("experiment", EXPERIMENTS, ids=lambda one: one.name)
@pytest.mark.parametrize(
    ("words", "recorded"),
    [(["--set", "production"], "production"), ([], "2019"), (["flask"], None)],
)
def test_every_experiment_on_sets_records_the_set(
    experiment: object, words: list[str], recorded: str | None
) -> None:
    (one,) = (known for known in EXPERIMENTS if known is experiment)
    parser = argparse.ArgumentParser()
    one.options(parser)
    if "--set" not in parser.format_help():
        assert one.name == "ab"
        return
    there = Names(
        services=("flask",),
        workloads=("json",),
        sets={"2019": ("flask",), "production": ("flask",)},
    )
    settings = one.settings(parser.parse_args(words), there)
    assert settings.set_name == recorded
    again = msgspec.json.decode(msgspec.json.encode(settings), type=type(settings))
    assert again == settings


@pytest.mark.parametrize(("set_name", "shown"), [("today", "today"), (None, "named")])
def test_the_list_of_all_runs_has_a_column_for_the_set(set_name: str | None, shown: str) -> None:
    text = runs_page([Listed(folder="x", record=run(set_name), problem=None, page=True)], [])
    assert ">Set</th>" in text
    assert f">{shown}</td>" in text


def test_the_list_of_all_runs_has_no_set_for_a_run_that_is_older_than_sets() -> None:
    old = replace(run(None), trials=(trial_record(server=server(framework="")),))
    text = runs_page([Listed(folder="x", record=old, problem=None, page=True)], [])
    assert f">{NAMED}</td>" not in text


def test_the_line_at_the_start_of_a_run_names_the_set() -> None:
    plan = planned(set_name="base")
    assert ": set base, profile smoke" in LOAD.outlook(plan, run("base")).text


@pytest.mark.parametrize(
    ("experiment", "record"),
    [
        (COST, cost_record()),
        (CROSSCHECK, crosscheck_record()),
        (INSTRUCTIONS, instructions_record()),
    ],
    ids=lambda one: getattr(one, "name", ""),
)
def test_the_line_at_the_start_of_other_experiments_begins_with_the_set(
    experiment: Any, record: Any
) -> None:
    for set_name, begins in (("base", "set base, 1 service"), (None, "1 service")):
        settings = replace(record.settings, services=("wsgi",), set_name=set_name)
        plan = SimpleNamespace(settings=settings, trials=("wsgi",))
        assert experiment.outlook(plan, record).text.startswith(begins)


def test_a_row_of_another_way_to_serve_links_to_the_folders_that_it_is_made_of() -> None:
    way = trial_record("flask-waitress", server=server("Flask on waitress", framework="flask"))
    text = report_files(
        replace(run(None), trials=(way,)),
        published=None, beside=(), findings=(), links=Links(),
    )["index.html"]  # fmt: skip
    for path in ("flask/app.py", "flask/waitress/service.toml", "flask/Dockerfile"):
        assert f"services/{path}" in text
    assert (ROOT / "services" / "flask" / "app.py").is_file()
