"""The folders of the lab's own engine are made anew, and never in another user's place."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from orchestrator.adapters.private_engine import RUNTIME, clear, make_anew
from orchestrator.errors import EnvironmentMissing


def test_files_of_an_earlier_engine_are_removed(tmp_path: Path) -> None:
    folder = tmp_path / "above" / "engine"
    make_anew(folder)
    (folder / "left").mkdir()
    (folder / "left" / "file").write_text("x")
    make_anew(folder)
    assert list(folder.iterdir()) == []
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    clear(folder)
    assert not folder.exists()
    clear(folder)  # a missing folder is fine, too


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_link_is_refused_and_its_target_kept(tmp_path: Path, target: str) -> None:
    precious = tmp_path / "elsewhere" / "file"
    precious.parent.mkdir()
    precious.write_text("mine")
    folder = tmp_path / "engine"
    folder.symlink_to(tmp_path / target)
    with pytest.raises(EnvironmentMissing, match="engine is not a folder that the lab has made"):
        make_anew(folder)
    assert folder.is_symlink()
    assert precious.read_text() == "mine"
    assert not (tmp_path / "nowhere").exists()


def test_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "engine").write_text("mine")
    with pytest.raises(EnvironmentMissing, match="is not a folder that the lab has made"):
        make_anew(tmp_path / "engine")
    assert (tmp_path / "engine").read_text() == "mine"


def test_another_users_folder_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "engine"
    folder.mkdir()
    (folder / "file").write_text("theirs")
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    with pytest.raises(EnvironmentMissing, match="check what it is, and remove it"):
        make_anew(folder)
    assert (folder / "file").read_text() == "theirs"


def test_a_place_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(EnvironmentMissing, match="cannot be made"):
        make_anew(tmp_path / "file" / "engine")


def test_only_root_can_create_files_where_it_runs() -> None:
    for folder in RUNTIME.parents:
        found = folder.stat()
        assert found.st_uid == 0, folder
        assert not stat.S_IMODE(found.st_mode) & 0o022, folder
