"""CI judges a pull request: the workflow's steps, as they stand in its file, on real commits."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.slowed import PRELUDE
from tests.conftest import ROOT
from tests.docker.workflow import Ended, carried_out, checked_out

APP = "services/flask/app.py"
TURNS = 20_000
"""Of a loop in each request: far more than the 3 % that a comparison could find, to be quick."""
STEPS = ("Judge", "Summarize")


@pytest.fixture(scope="module", autouse=True)
def own_image() -> Iterator[None]:
    """Afterwards flask's image is again that of this checkout."""
    yield
    lab = [sys.executable, "-m", "orchestrator", "images", "flask"]
    subprocess.run(lab, cwd=ROOT, check=True, capture_output=True)


def judged(folder: Path, text: str, budget: str) -> Ended:
    """What the job says about a pull request that changes flask's app.py to this text.

    Args:
        budget: generous where the answer ends the comparison: a busy host has slow launches.
    """
    values = {
        "inputs.services": "flask",  # not the other ways to serve it, which share its app.py
        "inputs.workloads": "json",
        "vars.JUDGE_FAIL_ABOVE": "",
        "vars.JUDGE_BUDGET": budget,
    }
    return carried_out(checked_out(folder, APP, text), STEPS, values)


def test_a_pull_request_that_slows_a_service_fails_and_the_summary_says_so(tmp_path: Path) -> None:
    app = (ROOT / APP).read_text()
    ended = judged(tmp_path, PRELUDE.format(turns=TURNS) + app, "5m")
    assert ended.codes == {"Judge": 2, "Summarize": 0}, ended.said
    first, *_, line = ended.summary.splitlines()
    assert first == "# Slower: flask, json"
    assert line.startswith("- flask, json: **slower, +")
    assert " %), more than the 1 % that is tolerated, " in line
    (path,) = (tmp_path / "checkout" / "results" / "ci").glob("judge-*/judge.json")
    (found,) = json.loads(path.read_text())["lines"]
    assert (path.parents[1] / found["record"] / "ab.json").is_file()
    assert found["record"] in line


def test_a_pull_request_that_changes_a_comment_passes(tmp_path: Path) -> None:
    app = (ROOT / APP).read_text()
    ended = judged(tmp_path, f"# A comment.\n{app}", "30s")
    assert ended.codes == {"Judge": 0, "Summarize": 0}, ended.said
    first, *_, line = ended.summary.splitlines()
    assert first == "# Nothing is certainly slower by more than is tolerated"
    assert line.startswith("- flask, json: ")
    assert "not compared" not in line
