"""Reads facts about the host from the kernel's files."""

import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.host import core_siblings, cpu_list, lab_commit


@pytest.mark.parametrize(
    ("text", "cpus"),
    [("0\n", [0]), ("0-2,5\n", [0, 1, 2, 5]), ("1,3", [1, 3]), ("0-1,8-9", [0, 1, 8, 9])],
)
def test_the_kernels_list_format(text: str, cpus: list[int]) -> None:
    assert cpu_list(text) == cpus


def test_the_cpus_of_a_core(tmp_path: Path) -> None:
    for cpu, siblings in ((0, "0,2"), (1, "1,3"), (2, "0,2"), (3, "1,3"), (10, "10")):
        topology = tmp_path / f"cpu{cpu}" / "topology"
        topology.mkdir(parents=True)
        (topology / "thread_siblings_list").write_text(f"{siblings}\n")
    (tmp_path / "cpufreq").mkdir()
    assert core_siblings(tmp_path) == {
        0: {0, 2},
        1: {1, 3},
        2: {0, 2},
        3: {1, 3},
        10: {10},
    }


def test_a_host_with_unknown_cores(tmp_path: Path) -> None:
    assert core_siblings(tmp_path / "missing") == {}


def test_outside_a_checkout_there_is_no_commit(tmp_path: Path) -> None:
    assert lab_commit(tmp_path) is None


def test_files_in_results_are_not_changes_of_the_lab(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        identity = ("-c", "user.name=x", "-c", "user.email=x@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *identity, *words], check=True)

    git("init", "--quiet")
    (tmp_path / "results").mkdir()
    for name in ("app.py", "results/run.json"):
        (tmp_path / name).write_text("before")
    git("add", ".")
    git("commit", "--quiet", "-m", "x")
    commit = lab_commit(tmp_path)
    assert commit
    (tmp_path / "results" / "run.json").write_text("after")
    assert lab_commit(tmp_path) == commit
    (tmp_path / "app.py").write_text("after")
    assert lab_commit(tmp_path) == f"{commit}+changes"
