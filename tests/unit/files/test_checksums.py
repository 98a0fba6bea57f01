"""The manifest of a run: finds files that differ from those that were saved."""

import hashlib
import subprocess
from pathlib import Path

import pytest

from orchestrator.errors import UsageError
from orchestrator.files.checksums import add, differences, drop, raw

A, B = "raw/001-flask-json-1/server.log", "raw/002-flask-json-2/a b.csv"


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run with two raw files and a record, all of them listed."""
    for name, text in ((A, "ready"), (B, ""), ("run.json", "{}")):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    add(tmp_path, [B, A])
    add(tmp_path, ["run.json"])
    return tmp_path


def sha256sum(folder: Path) -> int:
    command = ["sha256sum", "--strict", "-c", "SHA256SUMS"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=False).returncode


def test_the_manifest_has_the_format_of_coreutils_and_is_sorted(run: Path) -> None:
    assert (run / "SHA256SUMS").read_text() == (
        f"{digest('ready')}  {A}\n{digest('')}  {B}\n{digest('{}')}  run.json\n"
    )
    assert sha256sum(run) == 0
    assert differences(run) == {}


def test_changed_missing_and_unlisted_files_are_told_apart(run: Path) -> None:
    (run / A).write_text("Ready")
    (run / B).unlink()
    (run / "raw" / "new").write_text("")
    assert differences(run) == {
        A: (digest("ready"), digest("Ready")),
        B: (digest(""), None),
        "raw/new": (None, digest("")),
    }
    assert sha256sum(run) == 1


def test_a_changed_record_is_found_and_an_unlisted_one_ignored(run: Path) -> None:
    (run / "run.json").write_text("{ }")
    assert list(differences(run)) == ["run.json"]
    drop(run, "run.json")
    assert differences(run) == {}


def test_files_outside_raw_need_not_be_listed(run: Path) -> None:
    (run / "report").mkdir()
    (run / "report" / "report.md").write_text("# Run")
    assert differences(run) == {}


def test_a_changed_file_is_still_found_after_a_run_is_resumed(run: Path) -> None:
    (run / A).write_text("Ready")
    drop(run, "raw/002-flask-json-2")
    add(run, [B])
    assert list(differences(run)) == [A]


def test_a_folder_without_a_manifest_has_no_differences(tmp_path: Path) -> None:
    (tmp_path / "raw").mkdir()
    (tmp_path / "raw" / "old.log").write_text("")
    assert differences(tmp_path) == {}
    drop(tmp_path, "run.json")
    assert not (tmp_path / "SHA256SUMS").exists()


def test_the_first_manifest_of_an_older_run_lists_all_its_files(run: Path) -> None:
    (run / "SHA256SUMS").unlink()
    add(run, ["run.json"])
    assert len((run / "SHA256SUMS").read_text().splitlines()) == 3
    assert differences(run) == {}


def test_a_manifest_in_binary_mode_is_read(run: Path) -> None:
    path = run / "SHA256SUMS"
    path.write_text(path.read_text().replace("  ", " *"))
    assert differences(run) == {}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("<html>", "no line of sha256sum: '<html>'"),
        (f"{'a' * 63}  raw/x", "no line of sha256sum"),
        (f"{'a' * 64}  ", "no line of sha256sum"),
        (f"{'a' * 64}  /etc/hostname", "'/etc/hostname' is not in the run's folder"),
        (f"{'a' * 64}  raw/../../x", "'raw/../../x' is not in the run's folder"),
    ],
)
def test_a_malformed_manifest_is_reported_with_the_line(run: Path, line: str, said: str) -> None:
    path = run / "SHA256SUMS"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(UsageError) as refused:
        differences(run)
    assert str(refused.value).startswith(f"{path}:4: {said}")


def test_files_behind_a_link_are_not_files_of_the_run(tmp_path: Path) -> None:
    folder, other = tmp_path / "run", tmp_path / "elsewhere"
    (folder / "raw" / "a").mkdir(parents=True)
    (folder / "raw" / "a" / "server.log").write_text("measured")
    add(folder, ["raw/a/server.log"])
    assert differences(folder) == {}
    (folder / "raw").rename(other)
    (folder / "raw").symlink_to(other)
    assert raw(folder) == []
    ((name, (_, found)),) = differences(folder).items()
    assert (name, found) == ("raw/a/server.log", None)
