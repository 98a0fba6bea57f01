"""Published data becomes values, or all its problems are reported; and tables beside a run."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.claims import decide
from orchestrator.errors import UsageError
from orchestrator.files.published import read_published
from orchestrator.model.finding import Finding, Kind
from orchestrator.model.published import OfferedLoad, PerksToday
from orchestrator.model.trial import Outcome, Package, TrialPhase
from orchestrator.report.column import AtLeast, Value
from orchestrator.report.perks import perks_table
from orchestrator.report.published import beside, claims_table, published_tables
from orchestrator.report.table import Table
from tests.conftest import ROOT
from tests.unit.examples import (
    open_loop_row,
    run_record,
    server,
    settings,
    totals,
    trial_record,
)

FOLDER = ROOT / "results" / "published"
PUBLISHED = read_published(FOLDER)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(FOLDER, tmp_path / "published")
    return tmp_path / "published"


def refused(folder: Path) -> list[str]:
    with pytest.raises(UsageError) as error:
        read_published(folder)
    return [problem.replace(f"{folder}/", "") for problem in error.value.problems]


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def row(table: Table, name: str) -> dict[str, Value]:
    (found,) = [r for r in table.rows if r.cells[0].value == name]
    return dict(zip([c.key for c in table.columns], [c.value for c in found.cells], strict=True))


def test_the_article_can_be_read() -> None:
    tables = {table.workload: table for table in PUBLISHED.tables}
    assert (len(tables["text"].rows), len(tables["json"].rows)) == (9, 8)
    assert {row.service: row.rps for row in tables["text"].rows}["django"] == 730
    assert tables["json"].file == "2019/json.csv"
    assert tables["json"].load == OfferedLoad(
        users=10_000, spawn_rate=100, duration_s=60, think_min_s=5, think_max_s=15
    )
    assert {perks.name: perks.stars for perks in PUBLISHED.perks}["Flask"] == 42_478
    assert len(PUBLISHED.claims) >= 9


def test_all_problems_of_all_files_are_reported_together(copy: Path) -> None:
    edit(copy / "2019/text.csv", "Flask,16012", "Flask,many")
    edit(copy / "2019/text.csv", "Sanic,18537,310.92,120,43", "Sanic,18537")
    edit(copy / "2019/json.csv", "Tornado", "Twisted")
    edit(copy / "2019/perks.csv", "Github stars", "Stars")
    edit(copy / "2019/article.toml", 'rule = "higher-rate"', 'rule = "guess"')
    edit(copy / "2019/article.toml", 'id = "lowest-median"', 'id = "lowest-median"\ncolour = 1')
    (copy / "today.json").write_text("[{}]")
    found = refused(copy)
    assert found[:3] == [
        "2019/text.csv: line 4: Total Request is 'many', no number",
        "2019/text.csv: line 7: 2 cells, not 5",
        "2019/json.csv: line 9: article.toml does not say which service 'Twisted' is",
    ]
    assert any(line.startswith('2019/article.toml: unknown key "colour"; ') for line in found)
    assert any(line.startswith("2019/perks.csv: its columns are not Framework,") for line in found)
    assert any(line.startswith("today.json: Object missing required field") for line in found)
    assert any("claim best-synchronous: no rule 'guess'" in line for line in found)


def test_invalid_claims_are_refused(copy: Path) -> None:
    edit(copy / "2019/article.toml", 'services = ["flask"]', 'services = ["falcon"]')
    edit(copy / "2019/article.toml", 'id = "django-last"', 'id = "django-slow"')
    edit(copy / "2019/article.toml", 'workloads = ["json", "text"]', 'workloads = ["json"]')
    assert set(refused(copy)) == {
        "2019/article.toml: claim best-synchronous: no framework is the service 'falcon'",
        "2019/article.toml: claim django-slow: two claims have this id",
        "2019/article.toml: claim json-like-text: a rank correlation needs exactly two workloads",
    }


@pytest.mark.parametrize("name", ["2019/article.toml", "2019/text.csv", "2019/perks.csv"])
def test_a_missing_file_is_named(copy: Path, name: str) -> None:
    (copy / name).unlink()
    assert refused(copy) == [f"{name}: No such file or directory"]


def test_the_load_and_facts_of_today_may_be_missing(copy: Path) -> None:
    (copy / "2019/load.toml").unlink()
    (copy / "today.json").unlink()
    found = read_published(copy)
    assert found.today == ()
    assert [table.load for table in found.tables] == [None, None]


FLASK = trial_record(
    "flask",
    hold=totals(goodput_rps=2_000.0),
    totals=totals(failures=7),
    limited_by="server-cpu",
    open_loop=(open_loop_row(median_ms=1.5), open_loop_row(of_capacity=0.5, median_ms=9.0)),
)
DJANGO = trial_record(
    "django",
    server=server("Django+Gunicorn"),
    hold=totals(goodput_rps=2_500.0),
    limited_by="unknown",
)
RUN = run_record(settings=settings(workloads=("json", "text")), trials=(
    FLASK, DJANGO, replace(DJANGO, workload="text"),
))  # fmt: skip
RATE = Finding(
    file="text.csv", row="Django+Gunicorn", rule="rate", kind=Kind.CONTRADICTION,
    seen=24.73, expected=60.0, text="It took 24.7 s.",
)  # fmt: skip
PLATEAU = replace(RATE, row="aiohttp, Django+Gunicorn", rule="plateau", kind=Kind.DOUBT)


def test_published_rows_stand_beside_ours() -> None:
    json, _ = published_tables(RUN, PUBLISHED, {"2019/json.csv": ()})
    assert json.name == "published-json"
    assert row(json, "Flask") == {
        "framework": "Flask",
        "rps_published": 224.14,
        "rps": 2_000.0,
        "median_ms_published": 120.0,
        "median_ms": 1.5,
        "failures_published": 0,
        "failures": 7,
        "limited_by": "server-cpu",
        "audit": "nothing found",
    }


def test_django_has_no_row_in_the_json_table_of_2019() -> None:
    json, _ = published_tables(RUN, PUBLISHED, {"2019/json.csv": ()})
    found = row(json, "Django+Gunicorn")
    assert found["rps"] == AtLeast(value=2_500.0)
    assert [found[key] for key in ("rps_published", "median_ms_published", "audit")] == [None] * 3


def test_the_audit_of_a_row_names_rules_and_contradicting_numbers() -> None:
    _, text = published_tables(RUN, PUBLISHED, {"2019/text.csv": (RATE, PLATEAU)})
    assert row(text, "Django+Gunicorn")["audit"] == "rate (24.7, not 60.0), plateau"
    assert row(text, "aiohttp")["audit"] == "plateau"
    assert row(text, "Sanic")["audit"] == "nothing found"
    (unaudited, _) = published_tables(RUN, PUBLISHED, {})
    assert row(unaudited, "Flask")["audit"] is None


def test_a_failed_trials_end_stands_in_place_of_its_limit() -> None:
    failed = replace(FLASK, outcome=Outcome.FAILED, phase=TrialPhase.VERIFY, hold=None, totals=None)
    run = replace(RUN, trials=(replace(failed, open_loop=()),))
    json, _ = published_tables(run, PUBLISHED, {})
    found = row(json, "Flask")
    assert (found["rps"], found["limited_by"]) == (None, "failed in verify")
    assert row(json, "Sanic")["limited_by"] is None


def test_frameworks_of_today_stand_below_those_of_2019() -> None:
    run = replace(
        RUN,
        trials=(
            *RUN.trials,
            replace(FLASK, service="falcon", server=server("Falcon", framework="falcon")),
        ),
    )
    json, _ = published_tables(run, PUBLISHED, {})
    assert row(json, "Falcon")["rps"] == 2_000.0
    assert row(perks_table(run, PUBLISHED), "Falcon")["stars_published"] is None


def test_only_workloads_of_the_run_have_a_table() -> None:
    run = replace(RUN, settings=settings(workloads=("text",)))
    assert [t.name for t in published_tables(run, PUBLISHED, {})] == ["published-text"]


TODAY = PerksToday(
    service="flask", version="3.1.3", released="2026-02-19", stars=70_000, maintainers=None,
    stars_fetched_at="2026-11-20", index_fetched_at="2026-11-24",
)  # fmt: skip
PACKAGE = Package(
    name="flask", version="3.1.3", requires_python=">=3.9", dependencies=7, install_bytes=2_500_000
)


def test_the_third_table_stands_beside_todays_values() -> None:
    run = replace(RUN, trials=(replace(FLASK, server=server("Flask", package=PACKAGE)),))
    table = perks_table(run, replace(PUBLISHED, today=(TODAY,)))
    assert table.name == "perks"
    assert "stars of 2026-11-20, index of 2026-11-24" in table.title
    assert row(table, "Flask") == {
        "framework": "Flask",
        "wsgi_published": "yes",
        "async_published": "No",
        "stars_published": 42_478,
        "stars": 70_000,
        "packages_published": "642",
        "maintainers_published": 4,
        "maintainers": None,
        "version": "3.1.3",
        "released": "2026-02-19",
        "interface": "WSGI",
        "requires_python": ">=3.9",
        "dependencies": 7,
        "disk_mb": 2.5,
    }
    assert row(table, "Sanic")["interface"] is None


def test_the_release_date_is_of_the_version_that_was_measured() -> None:
    other = replace(TODAY, version="3.2.0")
    run = replace(RUN, trials=(replace(FLASK, server=server("Flask", package=PACKAGE)),))
    found = row(perks_table(run, replace(PUBLISHED, today=(other,))), "Flask")
    assert (found["version"], found["released"]) == ("3.1.3", None)


def test_an_old_record_has_only_version_and_interface() -> None:
    old = server("Sanic", interface="own", versions={"sanic": "25.12.1", "uvloop": "0.23"})
    run = replace(RUN, trials=(replace(FLASK, service="sanic", server=old),))
    found = row(perks_table(run, replace(PUBLISHED, today=())), "Sanic")
    assert (found["version"], found["interface"]) == ("25.12.1", "own server")
    assert [found[key] for key in ("dependencies", "disk_mb", "released")] == [None] * 3


def test_without_a_record_the_third_table_has_only_committed_facts() -> None:
    table = perks_table(None, replace(PUBLISHED, today=(TODAY, replace(TODAY, service="django"))))
    assert [r.cells[0].value for r in table.rows][-2:] == ["Tornado", "Django+Gunicorn"]
    assert "interface" not in {column.key for column in table.columns}


def test_claims_are_a_table_of_sentences() -> None:
    table = claims_table(decide(PUBLISHED.claims, RUN))
    assert table.name == "claims"
    assert len(table.rows) == len(PUBLISHED.claims)
    assert all(r.cells[1].value in {"upheld", "refuted", "undecided"} for r in table.rows)


def test_a_report_has_all_tables_in_order() -> None:
    found = beside(RUN, PUBLISHED, decide(PUBLISHED.claims, RUN), {})
    names = [table.name for table in found]
    assert names == ["published-json", "published-text", "perks", "claims"]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("json.csv", "aiohttp,", "aio\x1bhttp,", "without control characters"),
        ("article.toml", 'aiohttp = "aiohttp"', 'aiohttp = "../x"', "frameworks"),
        ("article.toml", "https://", "javascript:", "url"),
        ("article.toml", 'file = "json.csv"', 'file = "../../../x.csv"', "file"),
        ("article.toml", 'workload = "json"', 'workload = "../x"', "workload"),
        ("load.toml", "spawn_rate = 100", "spawn_rate = inf", "spawn_rate"),
        ("load.toml", "duration_s = 60", "duration_s = nan", "duration_s"),
        ("load.toml", "users = 10000", "users = -1", "users"),
        ("load.toml", "think_min_s = 5", "think_min_s = 1e300", "think_min_s"),
    ],
)
def test_invalid_names_addresses_and_numbers_are_refused(
    copy: Path, name: str, old: str, new: str, said: str
) -> None:
    path = copy / "2019" / name
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(UsageError, match=said) as refused:
        read_published(copy)
    assert name in str(refused.value)


@pytest.mark.parametrize("number", ["inf", "nan", "-inf", "1e300"])
def test_a_published_number_must_be_finite(copy: Path, number: str) -> None:
    path = copy / "2019" / "json.csv"
    header, first, *rest = path.read_text().splitlines()
    cells = first.split(",")
    cells[2] = number
    path.write_text("\n".join([header, ",".join(cells), *rest]) + "\n")
    with pytest.raises(UsageError, match=rf"line 2: .*{number}.*, no number"):
        read_published(copy)


@pytest.mark.parametrize("text", [b"[" * 100_000, b'[{"service": "../x"}]', b"\xff", b"{}"])
def test_invalid_facts_of_today_are_reported_with_their_file(copy: Path, text: bytes) -> None:
    (copy / "today.json").write_bytes(text)
    with pytest.raises(UsageError, match=r"today\.json: "):
        read_published(copy)
