"""A row that was measured with other versions than its lock pins today is marked as stale."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.model.lock import Pin
from orchestrator.model.record import RunRecord
from orchestrator.report.files import report_files
from orchestrator.report.group import groups
from orchestrator.report.runs import Listed, runs_page
from orchestrator.report.stale import stale, stale_rows
from tests.unit.examples import planned, run_record, server, trial_record

LOCKS = {
    "flask": {"flask": (Pin("3.1.2"),), "werkzeug": (Pin("3.1.8"),)},
    "bottle": {"bottle": (Pin("0.13"),)},
}


QUART = {
    "quart": {
        "quart": (
            Pin("0.22.0", "python_full_version < '3.13'"),
            Pin("0.23.1", "python_full_version >= '3.13'"),
        )
    }
}


def record(
    versions: dict[str, str], service: str = "flask", python: str | None = None
) -> RunRecord:
    facts = server(service.title(), versions=versions, python=python)
    trial = trial_record(service, server=facts)
    return replace(run_record(planned((service,))), trials=(trial,))


def said(versions: dict[str, str], service: str = "flask") -> str | None:
    (group,) = groups(record(versions, service), "json")
    return stale(group, LOCKS)


def test_a_row_with_the_versions_of_the_lock_is_not_stale() -> None:
    assert said({"flask": "3.1.2", "Werkzeug": "3.1.8"}) is None


def test_a_row_with_another_version_says_both() -> None:
    assert said({"flask": "3.1.1", "werkzeug": "3.1.8"}) == (
        "measured with flask 3.1.1, the lock has 3.1.2"
    )


def test_a_distribution_that_the_lock_no_longer_has_is_told() -> None:
    assert said({"flask": "3.1.2", "six": "1.17.0"}) == (
        "measured with six 1.17.0, the lock has none"
    )


def test_two_ways_to_write_one_release_are_the_same() -> None:
    assert said({"bottle": "0.13.0"}, "bottle") is None
    assert said({"bottle": "0.13.1"}, "bottle") is not None


def test_a_service_that_is_no_longer_there_is_not_stale() -> None:
    assert said({"bjoern": "3.2.2"}, "bjoern") is None


@pytest.mark.parametrize(
    ("version", "python", "says"),
    [
        ("0.23.1", "3.13.5 (main, Jun 25 2025, 18:55:22) [GCC 14.2.0]", None),
        ("0.22.0", "3.12.11", None),
        ("0.22.0", "3.13.5", "measured with quart 0.22.0, the lock has 0.23.1"),
        ("0.23.1", "3.12.11", "measured with quart 0.23.1, the lock has 0.22.0"),
        ("0.22.0", None, None),
        ("0.21.0", None, "measured with quart 0.21.0, the lock has 0.22.0 and 0.23.1"),
    ],
)
def test_of_several_pins_the_one_for_the_rows_python_counts(
    version: str, python: str | None, says: str | None
) -> None:
    (group,) = groups(record({"quart": version}, "quart", python), "json")
    assert stale(group, QUART) == says


def test_page_and_report_mark_a_stale_row_and_say_why() -> None:
    known = record({"flask": "3.1.1"})
    files = report_files(known, locks=LOCKS)
    why = "measured with flask 3.1.1, the lock has 3.1.2"
    assert f"<strong>Stale</strong>: {why}." in files["index.html"]
    assert "<strong>stale</strong></small></th>" in files["index.html"]
    assert "## Stale rows\n\n" in files["report.md"]
    assert f"- Flask, json: {why}\n" in files["report.md"]


def test_without_a_stale_row_nothing_is_marked() -> None:
    known = record({"flask": "3.1.2"})
    assert report_files(known, locks=LOCKS) == report_files(known)


def test_the_list_of_all_runs_counts_stale_rows() -> None:
    known = record({"flask": "3.1.1"})
    count = len(stale_rows(known, LOCKS))
    listed = Listed(folder="x", record=known, problem=None, page=True, stale=count)
    page = runs_page([listed], [])
    assert '<th scope="col">Stale rows</th>' in page
    assert "<td>1</td>" in page
