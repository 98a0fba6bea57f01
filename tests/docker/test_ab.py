"""`lab ab` with real containers and real load: a head whose slow-down is known; heads that fail."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docker
import pytest

from orchestrator.adapters.docker_engine import RUN
from orchestrator.bench import instructions
from orchestrator.cli import main
from orchestrator.experiments.ab import by_instructions
from orchestrator.experiments.ab.document import read
from orchestrator.experiments.ab.launch import ROLES, SLICES
from tests.benchmarks.slowed import build
from tests.conftest import ROOT

TURNS = 5_000
"""Of a loop in each request: some 30 µs, where bottle needs about 200."""


def lab_ab(results: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "orchestrator", "ab", *words, "--json", "--results", str(results)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.fixture(scope="module")
def slower() -> Iterator[str]:
    name = build("bottle", TURNS)
    yield f"image:{name}"
    docker.from_env().images.remove(name)


@pytest.fixture(scope="module")
def compared(slower: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    results = tmp_path_factory.mktemp("ab")
    done = lab_ab(results, "bottle", "--base", "here", "--head", slower, "--budget", "3m")
    (folder,) = results.glob("ab-*/")
    return done, folder


def test_a_slower_head_is_found_and_told_by_the_exit_code(compared: Any) -> None:
    done, _ = compared
    assert done.returncode == 1, done.stdout + done.stderr
    printed = json.loads(done.stdout)
    assert printed["answer"] == "slower"
    assert 1 < printed["low"] < printed["ratio"] < printed["high"]
    assert printed["aa_low"] < printed["aa_ratio"] < printed["aa_high"]
    assert printed["head"]["versions"] == printed["base"]["versions"]
    assert printed["head"]["image"] != printed["base"]["image"]


def test_the_record_has_every_launch_and_can_be_read_again(compared: Any) -> None:
    _, folder = compared
    text = (folder / "ab.json").read_bytes()
    record = read(text, "ab.json")
    assert record.failure is None
    assert len(record.launches) >= 5  # fewer give no interval
    assert len({launch.seed for launch in record.launches}) == len(record.launches)
    for launch in record.launches:
        assert sorted(launch.order) == sorted(ROLES)
        assert len(launch.slices) == SLICES
    assert all(launch.lasted and launch.idle is not None for launch in record.launches)
    first = [launch.order for launch in record.launches[:6]]
    assert len(set(first)) == len(first)


def test_a_summary_and_a_page_stand_beside_it(compared: Any) -> None:
    _, folder = compared
    assert "**Slower: head needs" in (folder / "ab.md").read_text()
    assert "data:image/svg+xml" in (folder / "report" / "ab.html").read_text()


def test_the_tolerated_slow_down_decides_the_exit_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """By instructions, of which so few requests are enough; both sides have the same image."""
    monkeypatch.setattr(instructions, "WARM_UP", 50)
    monkeypatch.setattr(by_instructions, "REQUESTS", 50)
    sides = ["--base", "here", "--head", "env:PYTHONMALLOC=debug"]
    words = ["--by", "instructions", "--fail-above", "900%", "--json", "--results", str(tmp_path)]
    code = main(["ab", "bottle", *sides, *words])
    said = capsys.readouterr()
    assert code == 0, said.out + said.err
    printed = json.loads(said.out)
    assert printed["answer"] == "slower"
    assert printed["by"] in ("callgrind", "perf")
    assert 1.05 < printed["low"] < printed["high"] < 10


def test_a_head_that_cannot_be_built_is_no_answer(tmp_path: Path) -> None:
    done = lab_ab(tmp_path, "bottle", "--base", "here", "--head", "bottle==0.0.999")
    assert done.returncode == 2, done.stdout + done.stderr
    printed = json.loads(done.stdout)
    assert printed["answer"] is None
    assert printed["failure"]["side"] == "head"
    assert printed["failure"]["phase"] == "build"
    assert "bottle==0.0.999" in printed["failure"]["reason"]


def test_nothing_is_left_running(compared: Any) -> None:
    assert docker.from_env().containers.list(all=True, filters={"label": RUN}) == []
    assert docker.from_env().networks.list(filters={"label": RUN}) == []
