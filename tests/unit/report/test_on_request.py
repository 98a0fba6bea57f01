"""What the report says of workloads on request: not offered, what answers, and the database."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import replace

import pytest

from orchestrator.experiments.load.record import all_measured
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import Companion, Outcome, TrialRecord
from orchestrator.report.details import details
from orchestrator.report.files import report_files
from orchestrator.report.group import groups
from orchestrator.report.hold import hold
from orchestrator.report.summary import run_summary
from tests.unit.examples import (
    planned,
    resources,
    run_record,
    server,
    settings,
    totals,
    trial_record,
)

WHY = "it has no driver for a database"
DATABASE = Companion(name="postgres", cpu_us_per_request=75.0)


def trial(service: str, workload: str, **changes: object) -> TrialRecord:
    example = trial_record(
        service,
        workload=workload,
        totals=totals(),
        hold=totals(),
        hold_users=64,
        limited_by="server-cpu",
        resources=resources(),
    )
    return replace(example, **changes)  # type: ignore[arg-type]


def record(*companions: Companion) -> RunRecord:
    """Flask answers both workloads, and Bottle does not offer one."""
    uses = server("Flask", uses="psycopg 3, a pool of 8")
    absent = replace(
        trial_record("bottle", workload="rows"), outcome=Outcome.NOT_OFFERED, reason=WHY
    )
    example = run_record(planned(("flask", "bottle")))
    return replace(
        example,
        settings=settings(services=("flask", "bottle"), workloads=("json", "rows")),
        trials=(
            trial("flask", "json"),
            trial("flask", "rows", server=uses, companions=companions),
            trial("bottle", "json"),
            absent,
        ),
    )


def test_a_row_that_is_not_offered_is_neither_failed_nor_missing() -> None:
    known = record(DATABASE)
    assert all_measured(known)
    files = report_files(known)
    (bottle,) = (
        row for row in csv.DictReader(io.StringIO(files["rows-hold.csv"])) if row["rank"] == ""
    )
    assert (bottle["framework"], bottle["note"]) == ("Bottle", "not offered")
    rows = json.loads(files["rows-hold.json"])["rows"]
    assert [row["note"] for row in rows] == [None, "not offered"]
    assert "| Bottle | not offered | - |" in files["report.md"]
    assert f"- Bottle rows: not offered: {WHY}" in files["report.md"]
    page = files["index.html"]
    assert "3 of 4 trials measured (1 not offered by their service)" in page
    assert f"<h3>not offered</h3><p>{WHY}</p>" in page
    assert run_summary(known).startswith(
        "# 3 of 4 trials measured (1 not offered by their service): run "
    )


def test_a_failed_row_beside_it_still_counts() -> None:
    known = record()
    failed = replace(known.trials[0], outcome=Outcome.FAILED)
    assert not all_measured(replace(known, trials=(failed, *known.trials[1:])))


def test_what_answers_is_a_column_of_this_workload_alone_and_stands_in_the_details() -> None:
    known = record()
    columns = {name: [one.key for one in hold(known, name).columns] for name in ("json", "rows")}
    assert "answers_with" in columns["rows"]
    assert "answers_with" not in columns["json"]
    assert "| psycopg 3, a pool of 8 |" in report_files(known)["report.md"]
    flask = next(one for one in groups(known, "rows") if one.service == "flask")
    assert ("Answers with", "psycopg 3, a pool of 8") in details(known, flask).settings


def test_the_databases_cpu_time_stands_beside_that_of_the_service() -> None:
    known = record(DATABASE, Companion(name="cache", cpu_us_per_request=5.0))
    table = hold(known, "rows").table
    keys = [column.key for column in table.columns]
    at = keys.index("database_cpu_us_per_request")
    assert keys[at - 2 : at] == ["cpu_us_per_request", "cpu_rank"]
    assert [row.cells[at].value for row in table.rows] == [80.0, None]
    assert "database_cpu_us_per_request" not in [one.key for one in hold(known, "json").columns]


def test_a_database_that_was_not_measured_whole_has_no_number() -> None:
    table = hold(record(DATABASE, Companion(name="cache")), "rows").table
    at = [column.key for column in table.columns].index("database_cpu_us_per_request")
    assert [row.cells[at].value for row in table.rows] == [None, None]


def test_all_rows_of_the_page_have_the_columns_of_all_workloads() -> None:
    page = report_files(record(DATABASE))["index.html"]
    rows = page.partition('<table id="rows"')[2].partition("</section>")[0]
    head, _, body = rows.partition("</thead>")
    titles = [part.partition("</button>")[0].rpartition(">")[2] for part in head.split("<th")[2:]]
    assert titles.index("Database CPU µs/request") == titles.index("CPU rank") + 1
    assert titles.index("Answers with") > titles.index("Limited by")
    shown = [part.partition("</tr>")[0] for part in body.split('<th scope="row" data-value=')[1:]]
    assert len(shown) == 4
    assert {one.count("<td") + 1 for one in shown} == {len(titles)}


def repeated(costs: Mapping[str, tuple[float, ...]], limit: str = "latency-floor") -> RunRecord:
    """Repeats of each service beside a database, with the CPU time that each request took."""
    example = run_record(planned(tuple(costs)))
    trials = tuple(
        trial(
            service,
            "rows",
            repeat=repeat,
            server=server(service.title()),
            companions=(DATABASE,),
            limited_by=limit,
            resources=resources(cpu_us_per_request=cost),
        )
        for service, each in costs.items()
        for repeat, cost in enumerate(each, start=1)
    )
    changed = settings(services=tuple(costs), workloads=("rows",))
    return replace(example, settings=changed, trials=trials)


COSTS = {
    "bottle": (200.0, 202.0, 198.0),
    "flask": (403.0, 399.0, 401.0),
    "sanic": (201.0, 199.0, 203.0),
}


def cells_of(known: RunRecord, key: str) -> dict[str, object]:
    """What a column of the headline says of each service."""
    table = hold(known, "rows").table
    at = [column.key for column in table.columns].index(key)
    return {str(row.cells[0].value): row.cells[at].plain for row in table.rows}


def test_beside_a_database_rows_have_ranks_by_cpu_time_although_their_rates_have_none() -> None:
    known = repeated(COSTS)
    assert set(cells_of(known, "rank").values()) == {None}
    assert cells_of(known, "cpu_rank") == {"Bottle": "1..2", "Sanic": "1..2", "Flask": 3}
    low, high = cells_of(known, "cpu_us_low"), cells_of(known, "cpu_us_high")
    assert 380 < float(str(low["Flask"])) < 401 < float(str(high["Flask"])) < 420
    assert "CPU low and CPU high are the ends" in hold(known, "rows").text


@pytest.mark.parametrize("limit", ["errors", "memory"])
def test_rows_that_did_other_work_have_no_cpu_rank_and_widen_no_interval(limit: str) -> None:
    known = repeated(COSTS)
    odd = trial(
        "tornado",
        "rows",
        server=server("Tornado"),
        companions=(DATABASE,),
        limited_by=limit,
        resources=resources(cpu_us_per_request=900.0),
    )
    worse = replace(odd, repeat=2, resources=resources(cpu_us_per_request=90.0))
    beside = replace(known, trials=(*known.trials, odd, worse))
    alone = cells_of(known, "cpu_us_low")
    assert cells_of(beside, "cpu_us_low") == {**alone, "Tornado": None}
    assert cells_of(beside, "cpu_rank")["Tornado"] is None
    assert cells_of(beside, "cpu_us_per_request")["Tornado"] == 495


def test_rows_that_failed_have_no_cpu_rank() -> None:
    known = repeated(COSTS)
    failed = replace(known.trials[0], outcome=Outcome.FAILED)
    ranked = cells_of(replace(known, trials=(failed, *known.trials[1:])), "cpu_rank")
    assert ranked == {"Bottle": None, "Sanic": 1, "Flask": 2}


def test_the_page_and_the_summary_explain_the_columns_of_a_later_workload() -> None:
    known = record(DATABASE)
    assert "CPU rank orders the rows" not in hold(known, "json").text
    assert "CPU rank orders the rows" in report_files(known)["index.html"]
    assert "CPU rank orders the rows" in run_summary(known)


def test_one_repeat_has_a_cpu_rank_and_no_interval() -> None:
    known = repeated({name: costs[:1] for name, costs in COSTS.items()})
    keys = [column.key for column in hold(known, "rows").columns]
    assert "cpu_rank" in keys
    assert "cpu_us_low" not in keys
