"""The ranking by launches of all services at once, and when the trials rank instead."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from orchestrator.model.record import RunRecord
from orchestrator.model.together import LeftOut, Together
from orchestrator.model.trial import Outcome, TrialPhase
from orchestrator.report.files import report_files
from orchestrator.report.headline import headline
from orchestrator.report.summary import run_summary
from orchestrator.report.table import json_text
from tests.unit.examples import open_loop_row, planned, run_record, together, trial_record

ALONE_US = {"bottle": 300.0, "flask": 310.0, "sanic": 320.0}
AT_ONCE_US = {"bottle": 200.0, "flask": 600.0, "reference": 50.0, "sanic": 100.0}
FAILED = LeftOut(
    service="flask",
    phase=TrialPhase.LOAD,
    reason="3 of 30 requests failed: 3 reset",
    log_tail="<b>Traceback</b>",
)


def run(
    *at_once: Together, services: tuple[str, ...] = tuple(ALONE_US), **changes: Any
) -> RunRecord:
    """A run of the profile nanode whose trials cannot be told apart."""
    plan = planned(services, workloads=("json",), profile="nanode")
    trials = tuple(
        trial_record(service, open_loop=(open_loop_row(cpu_us_per_request=ALONE_US[service]),))
        for service in services
    )
    example = run_record(plan, trials=trials, finished_at="2026-03-02T13:00:00Z", together=at_once)
    return replace(example, **changes)


def rows(record: RunRecord) -> list[dict[str, Any]]:
    table = headline(record, "json").table
    return [dict(zip(table.titles, row, strict=True)) for row in table.shown]


def column(record: RunRecord, title: str) -> list[str]:
    return [row[title] for row in rows(record)]


def test_launches_rank_what_trials_cannot_tell_apart() -> None:
    record = run(together(AT_ONCE_US))
    assert column(record, "Framework") == ["Sanic", "Bottle", "Flask"]
    assert column(record, "Rank") == ["1", "2", "3"]
    assert column(record, "Relative to the reference") == ["2.000", "4.000", "12.00"]
    assert column(record, "95 % from") == column(record, "95 % to") == ["2.000", "4.000", "12.00"]
    assert column(record, "CPU µs/request") == ["100", "200", "600"]
    assert column(record, "Launches") == ["3", "3", "3"]


def test_the_trials_stand_beside_the_launches() -> None:
    record = run(together(AT_ONCE_US))
    assert column(record, "Alone: CPU µs/request") == ["320", "300", "310"]
    assert column(record, "p50 (ms)") == ["1.00"] * 3
    assert column(record, "Contract") == ["kept"] * 3


def test_programs_find_the_numbers_under_names_of_their_own() -> None:
    table = headline(run(together(AT_ONCE_US)), "json").table
    first = json.loads(json_text(table))["rows"][0]
    assert table.name == "json-fixed-rate"
    assert first["relative"] == pytest.approx(2.0)
    assert (first["relative_low"], first["relative_high"]) == pytest.approx((2.0, 2.0))
    assert first["cpu_us_per_request"] == pytest.approx(100, rel=0.01)
    assert (first["open_cpu_us_per_request"], first["launches"]) == (320, 3)


def test_a_service_that_was_left_out_has_no_rank_and_says_why() -> None:
    without = {name: us for name, us in AT_ONCE_US.items() if name != "flask"}
    record = run(together(without, left_out=(FAILED,)))
    assert column(record, "Framework") == ["Sanic", "Bottle", "Flask"]
    assert column(record, "Rank") == ["1", "2", "left out in load"]
    page = report_files(record)["index.html"]
    assert "left out of the launches of all at once, in load" in page
    assert "&lt;b&gt;Traceback&lt;/b&gt;" in page
    said = run_summary(record)
    assert "- Flask json, all at once: left out in load: 3 of 30 requests failed: 3 reset" in said


def test_a_launch_that_was_made_again_is_a_doubt_that_says_whose_requests_failed() -> None:
    of_reference = replace(FAILED, service="reference", reason="1 of 30 requests failed: 1 <b>")
    record = run(together(AT_ONCE_US, failed_once=(FAILED, of_reference)))
    assert column(record, "Rank") == ["1", "2", "3"]
    again = "all at once: a launch was made again, because requests failed"
    files = report_files(record)
    for text in (run_summary(record), files["report.md"], files["index.html"]):
        assert f"Flask json, {again}: 3 of 30 requests failed: 3 reset" in text
        assert f"reference json, {again}: 1 of 30" in text
    assert "<b>" not in files["index.html"]


def test_a_service_without_a_measured_trial_is_in_the_table_too() -> None:
    failed = trial_record(
        "flask", outcome=Outcome.FAILED, phase=TrialPhase.VERIFY, reason="another body"
    )
    out = replace(FAILED, phase=TrialPhase.VERIFY)
    without = {name: us for name, us in AT_ONCE_US.items() if name != "flask"}
    record = run(together(without, left_out=(out,)))
    trials = (record.trials[0], failed, record.trials[2])
    assert column(replace(record, trials=trials), "Rank") == ["1", "2", "left out in verify"]


def test_page_and_document_say_which_ranking_it_is() -> None:
    files = report_files(run(together(AT_ONCE_US)))
    assert "with all frameworks up at the same time" in files["index.html"]
    assert "from 3 launches of new containers" in files["index.html"]
    assert "## Json: what a request costs, all at once" in files["report.md"]
    assert "launches of new containers, 3 of json" in files["report.md"]
    assert "Each framework was measured alone" not in files["index.html"]


def test_the_first_chart_shows_what_the_headline_ranks_by() -> None:
    files = report_files(run(together(AT_ONCE_US)))
    page = files["index.html"]
    assert page.index('<option value="relative">') < page.index('<option value="cpu-open">')
    assert "12.00" in files["json-relative.svg"]
    assert "json-relative.svg" not in report_files(run(ONE_LAUNCH))


ONE_LAUNCH = replace(together(AT_ONCE_US), launches=together(AT_ONCE_US).launches[:1])
NO_REFERENCE = Together(
    workload="json", services=(), left_out=(replace(FAILED, service="reference"),)
)


@pytest.mark.parametrize(
    ("record", "why"),
    [
        pytest.param(run(services=("flask",)), "there is no other one in this run", id="one"),
        pytest.param(
            run(interrupted=True),
            "the run ended before all of them were measured at once",
            id="interrupted",
        ),
        pytest.param(
            run(ONE_LAUNCH, finished_at=None),
            "the run ended before all of them were measured at once",
            id="killed after one launch, which has no interval",
        ),
        pytest.param(
            run(profile=replace(run().profile, together_s=0.0)),
            "this run did not measure all of them at once",
            id="older than such launches",
        ),
        pytest.param(
            run(NO_REFERENCE),
            "to measure all of them at once failed, and the caveats say why",
            id="the reference failed",
        ),
        pytest.param(run(), "there are too many of them to run all at once", id="too many"),
    ],
)
def test_without_launches_the_trials_rank_and_the_page_says_so(record: RunRecord, why: str) -> None:
    ranking = headline(record, "json")
    assert ranking.title == "json: what a request costs at 250 requests/s"
    assert f"Each framework was measured alone: {why}." in ranking.text
    assert "Relative to the reference" not in ranking.table.titles
    assert why in report_files(record)["index.html"]


def test_all_workloads_of_a_run_have_the_same_columns() -> None:
    plan = planned(tuple(ALONE_US), workloads=("json", "text"), profile="nanode")
    trials = tuple(
        trial_record(service, workload=workload, open_loop=(open_loop_row(cpu_us_per_request=us),))
        for service, us in ALONE_US.items()
        for workload in ("json", "text")
    )
    empty = replace(NO_REFERENCE, workload="text")
    record = run_record(plan, trials=trials, together=(together(AT_ONCE_US), empty))
    json_titles, text_titles = (headline(record, w).table.titles for w in ("json", "text"))
    assert json_titles == text_titles
    waiting = replace(empty, services=tuple(ALONE_US))
    record = replace(record, together=(record.together[0], waiting))
    assert {place.rank for place in headline(record, "text").places} == {None}
    assert report_files(record)["index.html"]
