"""A cost table's record, its files, its page, its audit, and what it is compared by."""

import json
import re
from base64 import b64decode
from dataclasses import replace
from math import exp
from pathlib import Path

import pytest

from orchestrator.cli import main
from orchestrator.errors import UsageError
from orchestrator.experiments.cost import COST
from orchestrator.experiments.cost.audit import findings
from orchestrator.experiments.cost.comparing import comparable
from orchestrator.experiments.cost.document import (
    RECORD,
    SUMMARY,
    cost_files,
    read,
    report_files,
    rows_document,
)
from orchestrator.experiments.cost.page import page
from orchestrator.experiments.cost.record import CostRecord
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.together import REFERENCE
from orchestrator.report.templating import Links
from orchestrator.stats.launches import relative_logs
from tests.unit.experiments.cost.examples import (
    COSTS,
    cost_record,
    hostile,
    launches,
    left_out,
    together,
)

KEYS = [
    "service", "workload", "relative", "low", "high", "cpu_us_per_request", "rank", "launches",
    "note",
]  # fmt: skip


def test_the_record_can_be_read_again() -> None:
    record = cost_record()
    assert read(cost_files(record)[RECORD], "here") == record


def test_another_schema_is_refused() -> None:
    text = cost_files(cost_record(schema=99))[RECORD]
    with pytest.raises(UsageError, match="cost table of schema 99"):
        read(text, "here")


def test_the_rows_for_programs_are_those_of_the_report() -> None:
    record = cost_record()
    rows = rows_document(record)
    assert [list(row) for row in rows] == [KEYS] * len(COSTS)
    assert json.loads(report_files(record)["cost.json"]) == json.loads(json.dumps(rows))
    assert rows[0]["rank"] == (1, 1)


def test_the_summary_says_how_many_neighbours_are_told_apart() -> None:
    text = cost_files(cost_record())[SUMMARY].decode()
    assert "**8 launches in 72 s: intervals up to ±" in text
    assert "json: 3 of 3 pairs of neighbours are told apart.**" in text
    assert text.count("| Sanic | 1 | 2.0") == 1


def test_a_failure_of_the_reference_is_the_summary() -> None:
    record = cost_record(failure=left_out(REFERENCE))
    assert not COST.all_well(record)
    assert COST.unusable(record)
    text = cost_files(record)[SUMMARY].decode()
    assert "**Not measured to its end: reference does not keep the contract:" in text
    assert "Traceback" in text


def test_a_service_that_was_left_out_makes_the_run_incomplete() -> None:
    one = together(services=("sanic", "aiohttp", "bottle"), left_out=(left_out(),))
    record = cost_record(one)
    assert not COST.all_well(record)
    assert not COST.unusable(record)
    assert "Flask, json: does not keep the contract" in cost_files(record)[SUMMARY].decode()


@pytest.mark.parametrize(
    "record", [cost_record(), cost_record(together(launches=())), hostile()], ids=str
)
def test_the_page_needs_no_script_and_no_network(record: CostRecord) -> None:
    text = page(record)
    assert "<script" not in text
    assert "default-src 'none'" in text
    assert re.findall(r'(?:src|href)="(?!data:)([^"]+)"', text) == [
        "../../index.html", "../../../docs/cost.md",
    ]  # fmt: skip
    assert "\x1b" not in text


def test_the_page_draws_each_workload_in_light_and_dark() -> None:
    text = page(cost_record(together(), together(workload="text")), links=Links(root=None))
    drawn = [b64decode(one).decode() for one in re.findall(r"base64,([A-Za-z0-9+/=]+)", text)]
    assert [("#ffffff" in one, "#14171b" in one) for one in drawn] == [
        (False, True), (True, False),
    ] * 2  # fmt: skip
    assert all("Sanic" in one for one in drawn)
    assert "docs/cost.md" not in text


def test_the_page_shows_what_the_audit_doubts() -> None:
    doubt = Finding(
        file="", row="flask", rule="odd", kind=Kind.DOUBT, seen=1, expected=2, text="It is odd."
    )
    assert "flask: It is odd. (<code>odd</code>)" in page(cost_record(), findings=[doubt])


def test_the_report_is_made_from_the_record_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = cost_record()
    folder = tmp_path / record.run_id
    folder.mkdir()
    (folder / RECORD).write_bytes(cost_files(record)[RECORD])
    assert main(["report", record.run_id, "--results", str(tmp_path)]) == 0
    assert "3 of 3 pairs of neighbours" in (folder / "report" / "index.html").read_text()
    assert main(["audit", str(folder)]) == 0
    assert "the record of `lab cost`" in capsys.readouterr().out


def test_a_sound_record_has_no_findings() -> None:
    assert findings(cost_record()) == ()
    assert findings(cost_record(rows=())) == ()


def test_a_row_that_contradicts_its_launches_is_found() -> None:
    record = cost_record()
    first, *others = record.rows
    wrong = replace(first, relative=(first.relative or 0) * 1.001, rank=(1, 2))
    found = findings(replace(record, rows=(wrong, *others)))
    assert [one.row for one in found] == ["sanic, json", "sanic, json"]
    assert "relative is" in found[0].text
    assert found[1].text == "rank is (1, 2), but the launches give (1, 1)"


def test_a_missing_row_is_found() -> None:
    record = cost_record()
    (found,) = findings(replace(record, rows=record.rows[1:]))
    assert found.text == "the launches and the table do not have the same rows"


def test_impossible_launches_are_found() -> None:
    first, second = launches(2)
    zero = replace(first, slices=({**first.slices[0], "flask": 0.0}, *first.slices[1:]))
    empty = replace(second, slices=(), at_s=1.0)
    lacking = replace(second, slices=({REFERENCE: 50.0},))
    for bad, words in (
        ((zero, second), "flask: 0 µs"),
        ((first, empty), "it has no slice"),
        ((first, empty), "it ended before the last"),
        ((first, lacking), "a slice lacks aiohttp, bottle, flask, sanic"),
    ):
        record = cost_record(together(launches=bad), rows=())
        assert words in "; ".join(one.text for one in findings(record))


def test_it_is_compared_by_the_relative_cost_of_each_launch() -> None:
    record = cost_record(together(services=("sanic", "aiohttp", "bottle"), left_out=(left_out(),)))
    found = comparable(record)
    rows = {row.service: row for row in found.rows}
    logs = relative_logs(record.together[0])
    assert rows["sanic"].values == tuple(map(exp, logs["sanic"]))
    assert rows["sanic"].quantity.less_is_faster
    assert rows["sanic"].made_of["sanic"] == "1.2.3"
    assert rows["flask"].values == ()
    assert rows["flask"].note.startswith("does not keep the contract")
    assert found.conditions["reference"] == "3.13.5 (main)"
    assert "budget" not in found.conditions


def test_another_host_or_contract_shows_in_the_conditions() -> None:
    before = comparable(cost_record()).conditions
    other_host = cost_record(host=replace(cost_record().host, cpu_model="Another CPU"))
    assert comparable(other_host).conditions != before
    contract = {"json": replace(cost_record().contract["json"], digest="1" * 64)}
    assert comparable(cost_record(contract=contract)).conditions != before
