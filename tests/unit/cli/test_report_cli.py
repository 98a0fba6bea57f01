"""`lab report` for one run, for all runs, and for broken runs."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from orchestrator.app.judgement import judgement_files
from orchestrator.claims import decide
from orchestrator.cli import main
from orchestrator.experiments.crosscheck import CROSSCHECK
from orchestrator.files import results_dir
from orchestrator.files.published import read_published
from orchestrator.model.record import RunRecord
from orchestrator.report.files import report_files
from orchestrator.report.published import beside
from orchestrator.report.svg import library
from orchestrator.report.table import Table
from tests.conftest import ROOT
from tests.unit.app.judgements import judgement
from tests.unit.experiments.crosscheck.crosschecks import crosscheck_record

OLD = ROOT / "results" / "2026-11-23-9dcca8" / "run.json"  # a real run, schema 1
Change = Callable[[dict[str, Any]], None]


def real(results: Path, name: str = "a-run", change: Change | None = None) -> Path:
    """A real run of Flask and Japronto with JSON only, perhaps with changes."""
    document = json.loads(OLD.read_text())
    document["settings"]["services"] = ["flask", "japronto"]
    document["settings"]["workloads"] = ["json"]
    document["trials"] = [
        trial
        for trial in document["trials"]
        if trial["service"] in ("flask", "japronto") and trial["workload"] == "json"
    ]
    if change:
        change(document)
    folder = results / name
    folder.mkdir(parents=True)
    (folder / "run.json").write_text(json.dumps(document))
    return folder


def report(results: Path, *words: str) -> int:
    return main(["report", *words, "--results", str(results)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "report").iterdir()}


def first(document: dict[str, Any], service: str) -> dict[str, Any]:
    (trial,) = [trial for trial in document["trials"] if trial["service"] == service]
    return dict(trial)


def test_an_unreadable_record_ends_with_2_and_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "run.json").write_text("{")
    assert report(tmp_path, "x") == 2
    assert capsys.readouterr().err.startswith(f"lab: {tmp_path}/x/run.json: not a run record: ")


def test_a_report_of_schema_1_has_tables_charts_and_a_page(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = real(tmp_path)
    assert report(tmp_path, "a-run") == 0
    found = contents(folder)
    tables = {f"json-{of}.{kind}" for of in ("2019", "hold", "open") for kind in ("csv", "json")}
    charts = {
        "json-throughput.svg", "json-ramp.svg", "json-latency-hold.svg", "json-latency-open.svg",
        "json-rate-latency.svg", "json-cpu.svg", "json-memory.svg", "start.svg", "image.svg",
    }  # fmt: skip
    assert tables | charts | {"report.md", "index.html"} <= set(found)
    out = capsys.readouterr().out
    assert out.startswith("json: the whole trial, as published in 2019")
    assert f"report: {folder}/report/index.html" in out
    assert b"| Flask | 1 | 16 | 2,254 | 6.93 | 10.5 |" in found["report.md"]
    assert "≥ 56,688" in found["report.md"].decode()


def test_a_report_has_the_same_bytes_again_and_replaces_an_older_one(tmp_path: Path) -> None:
    folder = real(tmp_path)
    assert report(tmp_path, "a-run") == 0
    before = contents(folder)
    (folder / "report" / "json-hold.csv").write_text("edited")
    (folder / "report" / "text-cpu.svg").write_text("of another version")
    (folder / "report" / "drawn.svg").write_text("a person's own")
    (folder / "report" / "notes.txt").write_text("a person's own")
    assert report(tmp_path, "a-run") == 0
    own = dict.fromkeys(("notes.txt", "drawn.svg"), b"a person's own")
    assert contents(folder) == before | own


def failed(document: dict[str, Any]) -> None:
    trial = first(document, "flask")
    kept = {name: trial[name] for name in ("service", "workload", "repeat", "order", "server")}
    gone = {
        **kept,
        "outcome": "failed",
        "phase": "load",
        "reason": "the server ended under load with exit code 137 (out of memory)",
        "log_tail": "</script><script>alert(1)</script>\n| a | b |",
    }
    document["trials"] = [gone, first(document, "japronto")]


def interrupted(document: dict[str, Any]) -> None:
    trial = first(document, "flask")
    kept = {name: trial[name] for name in ("service", "workload", "repeat", "order", "server")}
    skipped = {**kept, "outcome": "skipped", "reason": "not run yet"}
    document |= {"interrupted": True, "trials": [skipped, first(document, "japronto")]}


def not_finished(document: dict[str, Any]) -> None:
    document |= {"finished_at": None, "trials": []}


def one_trial(document: dict[str, Any]) -> None:
    document["settings"]["services"] = ["flask"]
    document["trials"] = [first(document, "flask")]


@pytest.mark.parametrize(
    ("change", "in_document", "in_page"),
    [
        (
            failed,
            ["| Flask | failed in load | - |", "Flask json: failed in load: the server ended"],
            ["failed in load", "&lt;/script&gt;&lt;script&gt;alert(1)"],
        ),
        (interrupted, [", interrupted.", "| Flask | skipped | - |"], ["<strong>interrupted"]),
        (not_finished, ["## Json: held"], ["<strong>not finished</strong>"]),
        (one_trial, ["| Flask | 1 | 16 | 2,254 |"], ["1 of 1 trials measured"]),
    ],
)
def test_runs_with_every_kind_of_end_have_a_report(
    tmp_path: Path, change: Change, in_document: list[str], in_page: list[str]
) -> None:
    folder = real(tmp_path, change=change)
    assert report(tmp_path, "a-run") == 0
    document, page = ((folder / "report" / n).read_text() for n in ("report.md", "index.html"))
    assert [said for said in in_document if said not in document] == []
    assert [said for said in in_page if said not in page] == []


def doubled(document: dict[str, Any]) -> None:
    for trial in document["trials"]:
        trial["totals"]["rps"] *= 2


def test_a_record_that_contradicts_itself_is_not_published(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = real(tmp_path, change=doubled)
    assert report(tmp_path, "a-run") == 1
    error = capsys.readouterr().err
    assert f"{folder}: its record contradicts itself" in error
    assert "(rate)" in error or "(counts)" in error
    assert not (folder / "report").exists()


def otherwise_limited(document: dict[str, Any]) -> None:
    for trial in document["trials"]:
        trial["limited_by"] = "latency-floor"


def test_a_limit_from_other_thresholds_is_a_doubt_on_the_page(tmp_path: Path) -> None:
    folder = real(tmp_path, change=otherwise_limited)
    assert report(tmp_path, "a-run") == 0
    page = (folder / "report" / "index.html").read_text()
    assert "limited_by is latency-floor, but today&#39;s rules give" in page


def test_without_a_name_every_run_gets_a_report_and_is_listed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    real(tmp_path, "good", one_trial)
    wrong = real(tmp_path, "wrong", doubled)
    (wrong / "report").mkdir()
    (wrong / "report" / "index.html").write_text("of a time before")
    (tmp_path / "<b>torn").mkdir()
    (tmp_path / "<b>torn" / "run.json").write_text("{")
    (tmp_path / "crosscheck-1").mkdir()
    for name, content in CROSSCHECK.saved.files(crosscheck_record()).items():
        (tmp_path / "crosscheck-1" / name).write_bytes(content)
    assert report(tmp_path) == 2
    error = capsys.readouterr().err
    assert "wrong: its record contradicts itself" in error
    assert "torn/run.json: not a run record" in error
    page = (tmp_path / "index.html").read_text()
    assert '<a href="good/report/index.html">good</a>' in page
    assert '<a href="wrong/run.json">wrong</a>' in page
    assert "contradicts itself" in page
    assert "&lt;b&gt;torn" in page
    assert "<b>torn" not in page
    assert '<a href="crosscheck-1/crosscheck.md">' in page


def test_a_folder_without_results_is_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert report(tmp_path) == 0
    assert "There are no runs yet" in (tmp_path / "index.html").read_text()
    assert report(tmp_path / "absent") == 2
    assert "there is no such folder" in capsys.readouterr().err


def test_every_link_of_a_committed_report_is_valid() -> None:
    """A page has links to documents, services and raw files."""
    pages = [*ROOT.glob("results/*/report/index.html"), *ROOT.glob("results/*/report/report.md")]
    assert pages
    for page in pages:
        text = page.read_text()
        found = re.findall(r'(?:href|src)="([^"#]+)"', text.split("<script", 1)[0])
        found += re.findall(r"\]\(([^)#\s]+)\)", text) if page.suffix == ".md" else []
        for target in found:
            if "://" in target or target.startswith("data:") or target == "../../index.html":
                continue  # the last is written with the first report on a machine
            assert (page.parent / unquote(target)).exists(), f"{page} -> {target}"


def test_outside_the_repository_a_page_has_no_links_into_it(tmp_path: Path) -> None:
    folder = real(tmp_path, change=one_trial)
    assert report(tmp_path, "a-run") == 0
    links = re.findall(r'href="([^"#]+)"', (folder / "report" / "index.html").read_text())
    assert not [link for link in links if link.startswith("../../../")]
    assert "../../index.html" in links
    shutil.copytree(folder, tmp_path / "elsewhere" / "a-run")
    assert main(["report", str(tmp_path / "elsewhere" / "a-run")]) == 0


def bad_records(results: Path) -> list[str]:
    """Make folders with all kinds of broken records, and return their names."""
    texts = {
        "deep": '{"schema": 2, "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
        "empty": "",
        "binary": "\x00\x01\x02",
        "schema-99": '{"schema": 99}',
        "list": "[]",
    }
    for name, text in texts.items():
        (results / name).mkdir()
        (results / name / "run.json").write_text(text)
    (results / "a-folder" / "run.json").mkdir(parents=True)
    (results / "a-pipe").mkdir()
    os.mkfifo(results / "a-pipe" / "run.json")  # nobody will ever write into it

    def long(document: dict[str, Any]) -> None:
        document["trials"][0]["server"]["name"] = "F" * 300_000

    def outside(document: dict[str, Any]) -> None:
        document["settings"]["workloads"] = ["json", "../../../OUT/x"]
        document["trials"][0]["workload"] = "../../../OUT/x"

    real(results, "long", long)
    real(results, "outside", outside)
    return [*texts, "a-folder", "a-pipe", "long", "outside"]


def test_no_broken_record_stops_the_report_of_another(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    results = tmp_path / "results"
    good = real(results, "good")
    names = bad_records(results)
    before = sorted(path for path in tmp_path.rglob("*") if good not in path.parents)
    assert report(results) == 2
    told = capsys.readouterr()
    lines = told.err.splitlines()
    assert len(lines) == len(names)
    assert sorted(lines) == lines
    assert max(map(len, lines)) < 400
    assert (good / "report" / "index.html").is_file()
    after = sorted(path for path in tmp_path.rglob("*") if good not in path.parents)
    assert set(after) - set(before) == {results / "index.html"}
    page = (results / "index.html").read_text()
    assert '<a href="good/report/index.html">good</a>' in page
    for name in names:
        assert f'<a href="{name}/run.json">{name}</a>' in page
    assert report(results, "good") == 0
    for name in set(names) - {"a-folder", "a-pipe"}:
        for words in (["report", name], ["summary", name], ["run", "--resume", name]):
            assert main([*words, "--results", str(results)]) == 2


def test_a_folder_with_any_name_is_linked_safely(tmp_path: Path) -> None:
    real(tmp_path, "javascript:alert(1)", one_trial)
    (tmp_path / "no\udcffutf").mkdir()
    (tmp_path / "no\udcffutf" / "run.json").write_text("{")
    assert report(tmp_path) == 2
    page = (tmp_path / "index.html").read_text()
    assert re.findall(r'href="([^"]+)"', page)[1:] == [
        "javascript%3Aalert%281%29/report/index.html",
        "no%FFutf/run.json",
    ]


def without_time(place: str) -> Change:
    def change(document: dict[str, Any]) -> None:
        trial = document["trials"][0]
        stretch = {
            "hold": trial["hold"],
            "totals": trial["totals"],
            "step": trial["steps"][0],
            "rate": trial["open_loop"][0],
        }[place]
        stretch["duration_s"] = -5.0 if place == "hold" else 0.0

    return change


@pytest.mark.parametrize("place", ["hold", "totals", "step", "rate"])
def test_a_record_with_a_duration_of_zero_is_not_published(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, place: str
) -> None:
    folder = real(tmp_path, change=without_time(place))
    assert report(tmp_path, "a-run") == 1
    assert "its record contradicts itself" in capsys.readouterr().err
    assert not (folder / "report").exists()
    assert main(["summary", "a-run", "--results", str(tmp_path)]) == 1
    assert capsys.readouterr().out == ""
    assert report(tmp_path) == 1
    assert "contradicts itself" in (tmp_path / "index.html").read_text()


def obeyed(document: dict[str, Any]) -> None:
    """Put control characters into all text from containers and the host."""
    noise = "\x1b[2J\x1b]0;title\x07\x00\x85\u202e\uffff\ud7ff"
    failed(document)
    document["host"] |= {"cpu_model": noise, "kernel": noise, "os": noise, "lab_version": noise}
    document["command"] = f"lab run {noise}"
    for trial in document["trials"]:
        trial["server"] |= {"server": noise, "interface": noise, "notes": [noise], "python": noise}
        trial["server"]["versions"] = {noise: noise}
        trial["caveats"] = [{"code": noise, "text": noise, "remedy": noise}]
        trial["limited_by"] = noise
        trial["limited_by_evidence"] = {noise: 1.0}
    document["trials"][0] |= {"reason": noise, "log_tail": noise}


def test_no_output_has_control_characters(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder = real(tmp_path, change=obeyed)
    assert report(tmp_path, "a-run") == 0
    assert main(["summary", "a-run", "--results", str(tmp_path)]) == 0
    told = capsys.readouterr()
    texts = {"out": told.out, "err": told.err}
    for path in (folder / "report").iterdir():
        # The charting library is in the page unchanged.
        texts[path.name] = path.read_text().replace(library(), "")
    assert len(texts) > 10
    unprintable = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\ufffe\uffff]")
    assert {
        name: found for name, text in texts.items() if (found := unprintable.findall(text))
    } == {}


def test_a_link_in_the_place_of_the_report_is_refused_and_nothing_is_deleted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    folder, other = real(tmp_path / "results"), tmp_path / "other"
    other.mkdir()
    for name in ("index.html", "json-hold.csv", "mine.md"):
        (other / name).write_text("a person's own")
    (folder / "report").symlink_to(other)
    assert report(tmp_path / "results", "a-run") == 2
    assert "/a-run/report is a symbolic link" in capsys.readouterr().err
    assert {path.name: path.read_text() for path in other.iterdir()} == dict.fromkeys(
        ("index.html", "json-hold.csv", "mine.md"), "a person's own"
    )


@pytest.mark.parametrize("run", ["2026-11-25-d6ee62", "2026-11-25-bf75ab"])
def test_the_lab_recognizes_the_names_of_all_its_files(run: str) -> None:
    record = results_dir.load(ROOT / "results" / run)
    made = [*report_files(record, beside=beside_of(record)), "json-fixed-rate.csv"]
    assert [name for name in made if not results_dir.DERIVED.fullmatch(name)] == []
    of_trials = {Path(name).name for trial in record.trials for name in trial.raw}
    assert [name for name in of_trials if not results_dir.LEFT.fullmatch(name)] == []


def beside_of(record: RunRecord) -> list[Table]:
    published = read_published(ROOT / "results" / "published")
    return beside(record, published, decide(published.claims, record), {})


def test_an_unexpected_error_gives_a_message_without_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise ZeroDivisionError("division\nby zero")

    real(tmp_path)
    monkeypatch.setattr("orchestrator.experiments.load.report.report_files", breaks)
    assert report(tmp_path, "a-run") == 2
    assert capsys.readouterr().err == (
        f"lab: {tmp_path}/a-run: no report can be made of its record (ZeroDivisionError: "
        f"division by zero); what was measured is untouched, and `lab audit {tmp_path}/a-run` may "
        "show what is wrong with it\n"
    )


def test_the_summary_of_the_latest_is_that_of_the_newest_run_or_judgement(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = real(tmp_path) / "run.json"
    folder = tmp_path / "judge-2026-03-02-abcdef"
    folder.mkdir()
    judged = folder / "judge.json"
    judged.write_bytes(judgement_files(judgement())[judged.name])
    for newest, other, said in ((judged, run, "# Nothing to judge"), (run, judged, "# 2 of 2 ")):
        os.utime(other, (1, 1))
        os.utime(newest, (2, 2))
        assert main(["summary", "--results", str(tmp_path)]) == 0
        assert capsys.readouterr().out.startswith(said)
    assert main(["summary", folder.name, "--results", str(tmp_path)]) == 0
    assert capsys.readouterr().out.startswith("# Nothing to judge")
    assert main(["summary", "nothing", "--results", str(tmp_path)]) == 2
    assert "no run 'nothing'" in capsys.readouterr().err
