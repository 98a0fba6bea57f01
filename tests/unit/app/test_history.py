"""`lab history`: adding runs and showing what changed, with the real files of this repository."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.app.history import CALLED
from orchestrator.cli import main
from orchestrator.files.history import FILE, read_lines
from orchestrator.history.run import KeptRun
from tests.benchmarks.planted_history import as_planted, made
from tests.conftest import ROOT

RESULTS = ROOT / "results"
TRACKED = subprocess.run(
    ["git", "ls-files", "results"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
COMMITTED = sorted(Path(name).parent.name for name in TRACKED if name.endswith("/run.json"))
"""Not every run that lies there: whoever measures here has others."""


def lab(*words: str | Path) -> int:
    return main(["history", *map(str, words)])


def test_committed_runs_are_added_in_order_of_time(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "own.jsonl"
    assert lab("add", *reversed(COMMITTED), "--file", file) == 0
    said = capsys.readouterr()
    assert f"{file}: saved" in said.out
    assert "left out japronto json throughput: not limited by the server's CPU" in said.err
    kept = [run for _, run in read_lines(file, KeptRun, CALLED)]
    assert sorted(run.run for run in kept) == COMMITTED
    assert [run.started_at for run in kept] == sorted(run.started_at for run in kept)


def test_to_add_a_run_again_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / FILE
    assert lab("--file", file, "add", COMMITTED[0], COMMITTED[1]) == 0
    before = file.read_bytes()
    assert lab("add", RESULTS / COMMITTED[1], COMMITTED[0], "--file", file) == 0
    assert file.read_bytes() == before
    assert f"{file}: nothing new" in capsys.readouterr().out


def test_the_committed_history_is_what_the_committed_runs_give(tmp_path: Path) -> None:
    """A run that is not here may be in the file: most runs are not committed."""
    file = tmp_path / FILE
    assert lab("add", *COMMITTED, "--file", file) == 0
    lines = (RESULTS / FILE).read_text().splitlines()
    assert set(file.read_text().splitlines()) <= set(lines)


def test_latest_is_the_run_that_was_saved_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for moment, name in enumerate((COMMITTED[2], COMMITTED[0])):
        shutil.copytree(RESULTS / name, tmp_path / name)
        os.utime(tmp_path / name / "run.json", (moment, moment))
    assert lab("add", "latest", "--results", tmp_path) == 0
    assert f"{COMMITTED[0]}: " in capsys.readouterr().out
    assert (tmp_path / FILE).is_file()


def test_all_that_is_wrong_is_told_at_once_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    record = json.loads((RESULTS / COMMITTED[0] / "run.json").read_text())
    unfinished, empty = tmp_path / "unfinished", tmp_path / "empty"
    for folder, changes in ((unfinished, {"finished_at": None}), (empty, {"trials": []})):
        folder.mkdir()
        (folder / "run.json").write_text(json.dumps({**record, **changes}))
    crosscheck = next(RESULTS.glob("crosscheck-*"))
    names = ("none", unfinished, empty, crosscheck, COMMITTED[0])
    assert lab("add", *names, "--results", RESULTS, "--file", tmp_path / FILE) == 2
    said = capsys.readouterr().err
    assert "no run 'none'" in said
    assert f"{unfinished}: the run has not finished" in said
    assert f"{empty}: nothing to add: its record has no rows" in said
    assert f"{crosscheck}: runs of `lab crosscheck` are not compared" in said
    assert not (tmp_path / FILE).exists()


def test_a_broken_line_is_named_and_the_file_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / FILE
    assert lab("add", COMMITTED[0], "--file", file) == 0
    broken = file.read_text() + "{}\n"
    file.write_text(broken)
    assert lab("--file", file) == 2
    assert lab("add", COMMITTED[1], "--file", file) == 2
    assert capsys.readouterr().err.count(f"{file}, line 2: not a run of a history") == 2
    assert file.read_text() == broken


def test_what_a_history_does_not_have_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / FILE
    assert lab("--file", file) == 2
    assert "there is no such file yet" in capsys.readouterr().err
    assert lab("add", COMMITTED[0], "--file", file) == 0
    assert lab("--file", file, "--service", "rails", "--quantity", "beauty") == 2
    said = capsys.readouterr().err
    assert "no service 'rails'; it has aiohttp, bottle" in said
    assert "no quantity 'beauty'; it has cpu-per-request, throughput" in said


def test_no_run_yet_is_no_latest_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lab("add", "latest", "--results", tmp_path) == 2
    assert "no run of" in capsys.readouterr().err


def test_planted_changes_are_found_in_a_history_of_committed_and_synthetic_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / FILE
    assert as_planted(made(file, seed=1))
    capsys.readouterr()
    assert lab("--file", file, "--json", "--service", "flask", "--page", tmp_path) == 0
    said = capsys.readouterr()
    found = json.loads(said.out)
    changed = [line for line in found if line["change_points"]]
    assert [line["quantity"] for line in changed] == ["relative-cost"]
    assert [one["answer"] for one in changed[0]["change_points"]] == ["slower", "faster"]
    assert "Slower from 2026-01-11 on" in (tmp_path / "history.html").read_text()
    assert f"page: {tmp_path / 'history.html'}" in said.err
    assert lab("--file", file, "--service", "flask") == 0
    assert "| flask | json | relative cost |" in capsys.readouterr().out
