"""What really runs is told beside what service.toml says."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.model.observed import Observed, UnderLoad
from orchestrator.report.details import details
from orchestrator.report.document import _servers
from orchestrator.report.group import groups
from orchestrator.report.observed import runs_in_a_line, what_runs
from tests.unit.examples import planned, run_record, server, trial_record

RUNS = Observed(
    http_parsers={"__main__.Quiet": "http.server"},
    json_calls={"ujson": 100},
    answers=200,
    compiled=("markupsafe", "ujson"),
    not_loaded=("yaml",),
    python="CPython 3.14.0",
    gil=False,
    free_threaded=True,
    flags=("optimize",),
    workers=1,
    threads=1,
    backlogs=(128,),
    most_backlog=4096,
    under_load=UnderLoad(processes=1, threads=513, others=1),
)


def test_the_details_of_a_row_tell_each_fact_beside_what_service_toml_says() -> None:
    assert what_runs(server(observed=RUNS, http_parser="http.server")) == (
        ("Event loop", "none; service.toml says: none"),
        ("HTTP parser", "__main__.Quiet (http.server); service.toml says: http.server"),
        ("JSON library", "ujson"),
        ("Extensions loaded", "markupsafe, ujson"),
        ("Extensions not loaded", "yaml"),
        ("Python", "CPython 3.14.0 (free-threaded build) without the GIL, options optimize"),
        ("Listen backlog", "128; service.toml says: 128"),
        ("Observed: processes answered, threads made the answers", "1, 1"),
        (
            "Serving as the hold began",
            "1 process with 513 threads under load; service.toml says: 1, 1",
        ),
    )


def test_a_row_that_was_not_observed_says_why_and_an_older_one_says_nothing() -> None:
    failed = Observed(why="it answered no request", under_load=RUNS.under_load)
    facts = dict(what_runs(server(observed=failed)))
    assert facts["Inside the process"] == "not observed: it answered no request"
    assert "Serving as the hold began" in facts
    assert runs_in_a_line(server(observed=failed)) == "not observed: it answered no request"
    assert what_runs(server()) == ()
    assert runs_in_a_line(server()) == ""


def test_what_went_wrong_meanwhile_and_what_is_unknown_is_said() -> None:
    part = replace(RUNS, gil=None, python="", troubles=("1 of 4 connections failed: reset",))
    facts = dict(what_runs(server(observed=part)))
    assert facts["Observed in part"] == "1 of 4 connections failed: reset"
    assert facts["Python"] == "unknown"
    line = runs_in_a_line(server(observed=part))
    assert "Python unknown" in line
    assert "observed in part: 1 of 4 connections failed: reset" in line


def test_the_report_has_what_runs_in_a_line_and_says_if_it_differs() -> None:
    line = runs_in_a_line(server(observed=RUNS))
    assert line == (
        "no event loop, HTTP parser __main__.Quiet (http.server), JSON by ujson, extensions "
        "markupsafe, ujson, CPython 3.14.0 (free-threaded build) without the GIL, options "
        "optimize, 1 process with 513 threads under load"
    )
    other = server(observed=replace(RUNS, backlogs=(5,)))
    assert runs_in_a_line(other) == f"{line} (not as service.toml says)"


def test_the_page_and_the_report_of_a_run_have_it() -> None:
    row = trial_record(server=server(observed=RUNS, versions={"flask": "3.1.0"}))
    record = run_record(planned(), trials=(row,))
    (group,) = groups(record, "json")
    assert details(record, group).runs == what_runs(row.server)
    assert f"  (what runs: {runs_in_a_line(row.server)})" in _servers(record)
