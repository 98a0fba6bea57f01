"""What is committed below results/ is what this code makes of the records there, byte for byte."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import msgspec
import pytest

from orchestrator.adapters import checksums
from orchestrator.cli import main
from orchestrator.model.crosscheck import CrossCheck
from orchestrator.report.crosscheck import crosscheck_files

ROOT = Path(__file__).parents[2]
TRACKED = subprocess.run(
    ["git", "ls-files", "results"], cwd=ROOT, capture_output=True, text=True, check=True
).stdout.split()
REPORTS = sorted({Path(name).parent for name in TRACKED if name.endswith("/report/index.html")})
CROSSCHECKS = [Path(name).parent for name in TRACKED if name.endswith("/crosscheck.json")]
MANIFESTS = [Path(name).parent for name in TRACKED if name.endswith("/SHA256SUMS")]


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The committed files alone, in a checkout's shape: a report's links depend on its place."""
    top = tmp_path_factory.mktemp("copy")
    for name in TRACKED:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, top / name)
    return top


def test_there_is_a_committed_report() -> None:
    assert REPORTS


@pytest.mark.parametrize("report", REPORTS, ids=lambda path: path.parent.name)
def test_a_committed_report_is_what_this_code_makes(
    report: Path, copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestrator.wiring.report.RESULTS", copy / "results")
    folder = copy / report
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    assert main(["report", report.parent.name, "--results", str(copy / "results")]) == 0
    after = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(after) == sorted(before)
    assert [name for name in after if after[name] != before[name]] == []


@pytest.mark.parametrize("folder", CROSSCHECKS, ids=lambda path: path.name)
def test_a_committed_cross_check_is_what_this_code_makes(folder: Path) -> None:
    text = (ROOT / folder / "crosscheck.json").read_bytes()
    files = crosscheck_files(msgspec.json.decode(text, type=CrossCheck))
    assert {name: (ROOT / folder / name).read_text() for name in files} == files


@pytest.mark.parametrize("folder", MANIFESTS, ids=lambda path: path.name)
def test_the_files_of_a_committed_run_are_those_that_were_measured(
    folder: Path, copy: Path
) -> None:
    """In the copy: what this machine measured beside them is of no interest."""
    assert checksums.differences(copy / folder) == {}
