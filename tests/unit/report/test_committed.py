"""Committed reports below results/ are exactly what this code makes from the records there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from orchestrator.app.report import report as rebuild
from orchestrator.composition import real_world
from orchestrator.experiments.crosscheck.document import crosscheck_files, read
from orchestrator.files import checksums
from tests.conftest import ROOT

TRACKED = subprocess.run(
    ["git", "ls-files", "results"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
REPORTS = sorted({Path(name).parent for name in TRACKED if name.endswith("/report/index.html")})
CROSSCHECKS = [Path(name).parent for name in TRACKED if name.endswith("/crosscheck.json")]
MANIFESTS = [Path(name).parent for name in TRACKED if name.endswith("/SHA256SUMS")]


def test_there_is_a_committed_report() -> None:
    assert REPORTS


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.parent.name)
def test_a_committed_report_is_what_this_code_makes(report: Path, tmp_path: Path) -> None:
    """From the record, what was published and the locks, in a checkout's shape: for its links."""
    results = tmp_path / "results"
    (tmp_path / report.parent).mkdir(parents=True)
    (record,) = (ROOT / report.parent).glob("*.json")  # run.json, or cost.json
    shutil.copy(record, tmp_path / report.parent)
    (results / "published").symlink_to(ROOT / "results" / "published")
    (tmp_path / "services").symlink_to(ROOT / "services")  # the locks: a row may be stale
    rebuild(real_world(tmp_path), results, report.parent.name)
    before = {path.name: path.read_bytes() for path in (ROOT / report).iterdir()}
    after = {path.name: path.read_bytes() for path in (tmp_path / report).iterdir()}
    assert sorted(after) == sorted(before)
    assert [name for name in after if after[name] != before[name]] == []


@pytest.mark.parametrize("folder", CROSSCHECKS, ids=lambda path: path.name)
def test_a_committed_cross_check_is_what_this_code_makes(folder: Path) -> None:
    text = (ROOT / folder / "crosscheck.json").read_bytes()
    files = crosscheck_files(read(text, str(folder)))
    assert {name: (ROOT / folder / name).read_bytes() for name in files} == files


@pytest.mark.parametrize("folder", MANIFESTS, ids=lambda path: path.name)
def test_the_files_of_a_committed_run_are_those_that_were_measured(folder: Path) -> None:
    """Files that this machine measured are ignored."""
    differences = checksums.differences(ROOT / folder)
    assert {name for name in differences if f"{folder}/{name}" in TRACKED} == set()
    listed = {
        line.split("  ")[1] for line in (ROOT / folder / "SHA256SUMS").read_text().splitlines()
    }
    assert {f"{folder}/{name}" for name in listed} <= set(TRACKED)
