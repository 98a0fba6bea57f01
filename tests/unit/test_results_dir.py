"""The folder of results: found, written whole or not at all."""

import os
import re
from pathlib import Path

import pytest

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


def test_logs_and_report_have_their_places(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.create()
    folder.save_raw(planned().trials[0], {"server": "ready\n", "worker-1": ""})
    folder.save_report({"report.md": "# Run\n"})
    files = {
        str(path.relative_to(folder.path)): path.read_text()
        for path in folder.path.rglob("*")
        if path.is_file()
    }
    assert files == {
        "raw/001-flask-json-1/server.log": "ready\n",
        "raw/001-flask-json-1/worker-1.log": "",
        "report/report.md": "# Run\n",
    }


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
