"""A framework that is served in other ways than in 2019 stands beside its published row."""

from __future__ import annotations

from orchestrator.files.published import read_published
from orchestrator.model.record import RunRecord
from orchestrator.model.trial import TrialRecord
from orchestrator.report.perks import perks_table
from orchestrator.report.published import published_tables
from tests.conftest import ROOT
from tests.unit.examples import run_record, server, settings, totals, trial_record

PUBLISHED = read_published(ROOT / "results" / "published")


def trial(service: str, framework: str) -> TrialRecord:
    facts = server(service.title(), framework=framework)
    return trial_record(service, server=facts, hold=totals(), limited_by="server-cpu")


def run(*trials: TrialRecord) -> RunRecord:
    return run_record(settings=settings(workloads=("json",)), trials=trials)


def shown(record: RunRecord) -> dict[str, tuple[bool, bool]]:
    """The name of each row: whether it has a published rate, and a measured one."""
    (table,) = published_tables(record, PUBLISHED, {})
    cells = [[cell.text for cell in row.cells] for row in table.rows]
    return {name: (then != "-", here != "-") for name, then, here, *_ in cells}


def test_each_way_to_serve_has_the_published_row_of_its_framework() -> None:
    rows = shown(run(trial("flask-gunicorn", "flask"), trial("flask-waitress", "flask")))
    assert rows["Flask-Gunicorn"] == rows["Flask-Waitress"] == (True, True)
    assert "Flask" not in rows
    assert rows["Sanic"] == (True, False)


def test_a_framework_with_a_row_of_its_name_shows_its_other_ways_without_a_published_one() -> None:
    rows = shown(run(trial("flask", "flask"), trial("flask-granian", "flask")))
    assert rows["Flask"] == (True, True)
    assert rows["Flask-Granian"] == (False, True)


def test_a_run_without_a_published_framework_has_no_such_table() -> None:
    assert published_tables(run(trial("asgi", "asgi")), PUBLISHED, {}) == []


def test_what_is_known_of_a_framework_stands_beside_each_of_its_ways() -> None:
    table = perks_table(run(trial("flask-gunicorn", "flask")), PUBLISHED)
    rows = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in table.rows}
    assert "Flask" not in rows
    own = perks_table(run(trial("flask", "flask")), PUBLISHED)
    beside = {row.cells[0].text: [cell.text for cell in row.cells[1:]] for row in own.rows}
    assert rows["Flask-Gunicorn"] == beside["Flask"]
