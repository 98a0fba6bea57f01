"""The folder of results. Files in it are written completely or not at all."""

import errno
import os
import re
from pathlib import Path

import pytest

from orchestrator.errors import EnvironmentMissing, UsageError
from orchestrator.experiments.load import LOAD
from orchestrator.files import checksums
from orchestrator.files.atomic import read, write_atomically
from orchestrator.files.results_dir import (
    RunFolder,
    find_run,
    load,
    new_run_id,
)
from tests.unit.examples import planned, run_record


def made_run(results: Path, name: str, modified_at: int = 0) -> Path:
    folder = RunFolder(results / name)
    folder.create()
    folder.save(LOAD.saved.files(run_record(run_id=name)), finished=False)
    os.utime(folder.path / "run.json", (modified_at, modified_at))
    return folder.path


def test_a_run_is_found_by_its_id_and_by_its_path(tmp_path: Path) -> None:
    folder = made_run(tmp_path / "results", "2026-03-02-abcdef")
    assert find_run(tmp_path / "results", "2026-03-02-abcdef") == folder
    assert find_run(tmp_path / "elsewhere", str(folder)) == folder


def test_the_latest_run_is_the_last_one_saved(tmp_path: Path) -> None:
    made_run(tmp_path, "2026-03-03-aaaaaa", modified_at=1)
    resumed = made_run(tmp_path, "2026-03-01-bbbbbb", modified_at=3)
    made_run(tmp_path, "2026-03-02-cccccc", modified_at=2)
    assert find_run(tmp_path, "latest") == resumed


def test_a_missing_run_is_reported_with_the_places_searched(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError) as refused:
        find_run(tmp_path, "empty")
    assert str(refused.value) == (
        f"no run 'empty': neither {tmp_path}/empty/run.json nor empty/run.json"
    )


def test_without_runs_there_is_no_latest_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^no run in .* yet$"):
        find_run(tmp_path, "latest")


def test_a_run_id_begins_with_the_day_and_is_unique() -> None:
    first, second = new_run_id(), new_run_id()
    assert re.fullmatch(r"\d{4}-\d\d-\d\d-[0-9a-f]{6}", first)
    assert first != second


def test_a_saved_run_can_be_loaded(tmp_path: Path) -> None:
    name = "2026-03-02-abcdef"
    assert load(made_run(tmp_path, name)) == run_record(run_id=name)


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


def test_another_attempt_at_a_trial_replaces_only_its_own_files(tmp_path: Path) -> None:
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
    folder.save(LOAD.saved.files(run_record()), finished=False)
    assert not listed()
    folder.save(
        LOAD.saved.files(run_record(finished_at="2026-03-02T13:00:00Z", interrupted=True)),
        finished=True,
    )
    assert listed()
    folder.save(LOAD.saved.files(run_record()), finished=False)  # it continues
    assert not listed()
    assert checksums.differences(folder.path) == {}


def test_a_folder_that_cannot_be_written_is_reported_before_the_first_trial(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentMissing, match="choose another folder with --results"):
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
    with pytest.raises(
        EnvironmentMissing, match=r"/run\.json cannot be written \(Is a directory\)"
    ):
        write_atomically(path, b"new")
    assert list(tmp_path.rglob("*")) == [path, path / "old"]


def test_another_experiments_folder_is_not_taken_for_a_run(tmp_path: Path) -> None:
    path = tmp_path / "results" / "crosscheck-1"
    folder = RunFolder(path, record="crosscheck.json", raw=False)
    folder.create()
    folder.save({"crosscheck.md": b"# old"}, finished=False)
    folder.save({"crosscheck.md": b"# new", "crosscheck.json": b"{}"}, finished=True)
    assert (path / "crosscheck.md").read_text() == "# new"
    assert len(list(path.iterdir())) == 2
    with pytest.raises(UsageError, match="no run in"):
        find_run(tmp_path / "results", "latest")
    assert find_run(tmp_path / "results", "latest", "crosscheck.json") == path


SEPARATED = ["../x", "a/b", "/tmp/x", "..", ".", "", ".hidden", "a\\b", "a\0b", "a\nb", "a" * 300]


@pytest.mark.parametrize("name", SEPARATED)
def test_a_file_name_that_leads_out_of_the_folder_is_refused(tmp_path: Path, name: str) -> None:
    folder = made(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    for save in (
        lambda: folder.save_report({"report.md": "", name: ""}),
        lambda: folder.save_raw(planned().trials[0], {"server.log": "", name: ""}),
        lambda: folder.save({name: b""}, finished=False),
    ):
        with pytest.raises(UsageError, match="the lab writes no file named"):
            save()
    assert sorted(tmp_path.rglob("*")) == before


def elsewhere(tmp_path: Path) -> Path:
    """A user's own folder, with file names that the lab uses, too."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    for name in ("json-hold.csv", "server.log", "thesis.md"):
        (folder / name).write_text("a person's own")
    return folder


def test_a_link_in_the_place_of_the_report_is_refused(tmp_path: Path) -> None:
    folder, other = made(tmp_path), elsewhere(tmp_path)
    (folder.path / "report").symlink_to(other)
    before = {path.name: path.read_text() for path in other.iterdir()}
    with pytest.raises(UsageError, match=r"/run/report is a symbolic link"):
        folder.save_report({"report.md": "# Run"})
    assert {path.name: path.read_text() for path in other.iterdir()} == before


@pytest.mark.parametrize("name", ["raw", "raw/001-flask-json-1"])
def test_a_link_in_the_place_of_raw_files_is_refused(tmp_path: Path, name: str) -> None:
    folder, other = RunFolder(tmp_path / "run"), elsewhere(tmp_path)
    (folder.path / name).parent.mkdir(parents=True)
    (folder.path / name).symlink_to(other)
    before = {path.name: path.read_text() for path in other.iterdir()}
    for files_of_it in ({"server.log": "new"}, {}):
        with pytest.raises(UsageError, match=f"/run/{name} is a symbolic link"):
            folder.save_raw(planned().trials[0], files_of_it)
    assert {path.name: path.read_text() for path in other.iterdir()} == before


def test_a_dangling_link_in_the_place_of_raw_is_refused_before_the_first_trial(
    tmp_path: Path,
) -> None:
    folder = RunFolder(tmp_path / "run")
    folder.path.mkdir()
    (folder.path / "raw").symlink_to(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="/run/raw is a symbolic link"):
        folder.create()
    assert not (tmp_path / "nowhere").exists()


def test_a_link_in_the_place_of_a_file_is_replaced_and_not_followed(tmp_path: Path) -> None:
    folder, other = made(tmp_path), elsewhere(tmp_path)
    (folder.path / "run.json").symlink_to(other / "thesis.md")
    (folder.path / "report").mkdir()
    (folder.path / "report" / "report.md").symlink_to(other / "thesis.md")
    (folder.path / "report" / "json-hold.csv").symlink_to(other / "json-hold.csv")
    folder.save(LOAD.saved.files(run_record()), finished=False)
    folder.save_report({"report.md": "# Run"})
    assert {path.read_text() for path in other.iterdir()} == {"a person's own"}
    assert (folder.path / "report" / "report.md").read_text() == "# Run"
    assert not (folder.path / "report" / "json-hold.csv").is_symlink()


def test_only_files_with_names_of_the_lab_are_deleted(tmp_path: Path) -> None:
    folder, trial = made(tmp_path), planned().trials[0]
    folder.save_raw(trial, {"server.log": "", "locust_stats.csv": "", "samples.csv": ""})
    folder.save_report({"text-hold.csv": "", "start.svg": "", "index.html": ""})
    own = {
        "report/notes.md": "",
        "report/json-hold.xlsx": "",
        "report/my.csv": "",
        "raw/001-flask-json-1/trace.txt": "",
        "raw/mine/server.log": "",
        "kept.json": "",
    }
    for name, text in own.items():
        (folder.path / name).parent.mkdir(exist_ok=True)
        (folder.path / name).write_text(text)
    folder.create()
    assert folder.save_raw(trial, {}) == ()
    folder.save_report({})
    assert contents(folder) == own


def test_incomplete_files_of_a_killed_lab_are_removed(tmp_path: Path) -> None:
    folder, trial = made(tmp_path), planned().trials[0]
    folder.save_raw(trial, {"server.log": ""})
    folder.save_report({"report.md": ""})
    begun = (
        ".run.json.ab12_x9z",
        "raw/001-flask-json-1/.server.log.abcdefgh",
        "report/.report.md.abcdefgh",
    )
    for name in (*begun, ".of-a-person.abcdefgh"):
        (folder.path / name).write_text("")
    folder.create()
    folder.save_raw(trial, {"server.log": "again"})
    folder.save_report({"report.md": "again"})
    assert contents(folder) == {
        ".of-a-person.abcdefgh": "",
        "raw/001-flask-json-1/server.log": "again",
        "report/report.md": "again",
    }


def test_text_that_is_not_unicode_is_kept_as_far_as_possible(tmp_path: Path) -> None:
    folder = made(tmp_path)
    folder.save_raw(planned().trials[0], {"server.log": "a\udcffb"})
    assert contents(folder) == {"raw/001-flask-json-1/server.log": "a?b"}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (errno.ENOSPC, "No space left on device); free some space and run the command again"),
        (errno.EDQUOT, "Disk quota exceeded); free some space and run the command again"),
        (errno.EROFS, "Read-only file system); make it writable, or choose another folder"),
    ],
)
def test_a_full_disk_is_reported_with_the_file_and_damages_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    folder, trial = made(tmp_path), planned().trials[0]
    folder.save(LOAD.saved.files(run_record()), finished=False)
    before = contents(folder)

    def full(_file: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", full)  # a full disk reports it here at the latest
    for save, name in (
        (
            lambda: folder.save(LOAD.saved.files(run_record(interrupted=True)), finished=False),
            "run.json",
        ),
        (lambda: folder.save_raw(trial, {"server.log": "x"}), "raw/001-flask-json-1/server.log"),
        (lambda: folder.save_report({"report.md": "x"}), "report/report.md"),
    ):
        with pytest.raises(EnvironmentMissing) as refused:
            save()
        assert str(refused.value).startswith(f"{folder.path / name} cannot be written ({said}")
    assert contents(folder) == before


def test_only_regular_files_of_limited_size_are_read(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"12345")
    assert read(tmp_path / "file", 5) == b"12345"
    os.mkfifo(tmp_path / "pipe")  # nobody will ever write into it
    for name, most, said in (
        ("file", 4, "has more than"),
        ("pipe", 5, "not a file"),
        (".", 5, "Is a directory"),
        ("gone", 5, "No such file"),
    ):
        with pytest.raises(UsageError, match=said):
            read(tmp_path / name, most)
