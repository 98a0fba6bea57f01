"""The folder of results: found, written whole or not at all."""

import os
import re
from pathlib import Path

import pytest

from orchestrator.adapters import checksums
from orchestrator.adapters.files import write_atomically
from orchestrator.adapters.results_dir import (
    CrossCheckFolder,
    RunFolder,
    find_run,
    load,
    new_run_id,
)
from orchestrator.errors import EnvironmentMissing, UsageError
from tests.unit.examples import planned, run_record


def made_run(results: Path, name: str, modified_at: int = 0) -> Path:
    folder = RunFolder(results / name)
    folder.create()
    folder.save(run_record(run_id=name))
    os.utime(folder.path / "run.json", (modified_at, modified_at))
    return folder.path


def test_a_run_is_found_by_its_id_and_by_its_path(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "results", "2026-03-02-abcdef")
    assert find_run(tmp_path / "results", "2026-03-02-abcdef") == folder
    assert find_run(tmp_path / "elsewhere", str(folder)) == folder


def test_the_latest_run_is_the_one_saved_last(tmp_path: Path) -> None:
    made_run(tmp_path, "2026-03-03-aaaaaa", modified_at=1)
    resumed = made_run(tmp_path, "2026-03-01-bbbbbb", modified_at=3)
    made_run(tmp_path, "2026-03-02-cccccc", modified_at=2)
    assert find_run(tmp_path, "latest") == resumed


def test_a_missing_run_is_told_with_the_places_that_were_searched(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as refused:
        find_run(tmp_path, "empty")
    assert str(refused.value) == (
        f"no run 'empty': neither {tmp_path}/empty/run.json nor empty/run.json"
    )


def test_there_is_no_latest_run_yet(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no run in .* yet$"):
        find_run(tmp_path, "latest")


def test_a_run_id_begins_with_its_day_and_is_its_own() -> None:
    first, second = new_run_id(), new_run_id()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{6}", first)
    assert first != second


def test_what_was_saved_is_loaded(tmp_path: Path) -> None:
    assert load(made_run(tmp_path, "a")) == run_record(run_id="a")


def contents(folder: RunFolder) -> dict[str, str]:
    return {
        str(path.relative_to(folder.path)): path.read_bytes().decode()
        for path in folder.path.rglob("*")
        if path.is_file() and path.name != "SHA256SUMS"
    }


def made(tmp_path: Path) -> RunFolder:
    folder = RunFolder(tmp_path / "run")
    folder.create()
    return folder


def test_raw_files_and_report_have_their_places(tmp_path: Path) -> None:
    folder = made(tmp_path)
    saved = folder.save_raw(
        planned().trials[0], {"worker-1.log": "", "server.log": "ü\n", "samples.csv": "a\r\n"}
    )
    folder.save_report({"report.md": "# Run\n"})
    assert saved == (
        "raw/001-flask-json-1/samples.csv",
        "raw/001-flask-json-1/server.log",
        "raw/001-flask-json-1/worker-1.log",
    )
    assert contents(folder) == {
        "raw/001-flask-json-1/samples.csv": "a\r\n",
        "raw/001-flask-json-1/server.log": "ü\n",
        "raw/001-flask-json-1/worker-1.log": "",
        "report/report.md": "# Run\n",
    }


def test_another_attempt_at_a_trial_replaces_all_its_files_and_none_else(tmp_path: Path) -> None:
    folder, trials = made(tmp_path), planned(repeats=2).trials
    folder.save_raw(trials[0], {"server.log": "first", "worker-1.log": "first"})
    folder.save_raw(trials[1], {"server.log": "other"})
    assert folder.save_raw(trials[0], {"server.log": "again"}) == (
        "raw/001-flask-json-1/server.log",
    )
    assert contents(folder) == {
        "raw/001-flask-json-1/server.log": "again",
        "raw/002-flask-json-2/server.log": "other",
    }
    assert checksums.differences(folder.path) == {}
    assert folder.save_raw(trials[0], {}) == ()
    assert list(contents(folder)) == ["raw/002-flask-json-2/server.log"]
    assert checksums.differences(folder.path) == {}


def test_the_record_is_in_the_manifest_only_once_the_run_has_ended(tmp_path: Path) -> None:
    folder = made(tmp_path)

    def listed() -> bool:
        manifest = folder.path / "SHA256SUMS"
        return manifest.exists() and "  run.json\n" in manifest.read_text()

    folder.save_raw(planned().trials[0], {"server.log": "ready"})
    folder.save(run_record())
    assert not listed()
    folder.save(run_record(finished_at="2026-03-02T13:00:00Z", interrupted=True))
    assert listed()
    folder.save(run_record())  # it goes on
    assert not listed()
    assert checksums.differences(folder.path) == {}


def test_a_place_that_cannot_be_written_is_known_before_the_first_trial(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentMissing, match="give another --results"):
        RunFolder(tmp_path / "file" / "run").create()


def test_writing_replaces_the_whole_file_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    write_atomically(path, b"a long first content")
    write_atomically(path, b"second")
    assert path.read_bytes() == b"second"
    assert path.stat().st_mode & 0o777 == 0o644
    assert list(tmp_path.iterdir()) == [path]


def test_a_write_that_fails_leaves_the_old_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.mkdir()
    (path / "old").write_text("old")
    with pytest.raises(OSError, match="Is a directory"):
        write_atomically(path, b"new")
    assert list(tmp_path.rglob("*")) == [path, path / "old"]


def test_a_cross_check_has_a_folder_that_no_run_is_taken_for(tmp_path: Path) -> None:
    folder = CrossCheckFolder(tmp_path / "results")
    folder.create()
    folder.save({"crosscheck.md": "# old"})
    folder.save({"crosscheck.md": "# new", "crosscheck.json": "{}"})
    assert re.fullmatch(r"crosscheck-\d{4}-\d\d-\d\d-[0-9a-f]{6}", folder.path.name)
    assert (folder.path / "crosscheck.md").read_text() == "# new"
    assert len(list(folder.path.iterdir())) == 2
    with pytest.raises(UsageError, match="no run in"):
        find_run(tmp_path / "results", "latest")
