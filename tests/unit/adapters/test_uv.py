"""uv makes locks without touching a file, and its errors are for people. No index is asked."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from orchestrator.adapters import uv
from orchestrator.errors import EnvironmentMissing
from orchestrator.world.resolver import NotResolved

COMMAND = "uv pip compile --universal --python-version 3.13 requirements.in -o requirements.txt"
CONFLICT = """\
warning: The requested Python version 3.13 is not available; 3.11.7 will be used instead.
error: No solution found when resolving dependencies
  cause: Because there is no version of flask==99 and you require flask==99, we can conclude.
"""


def wheel(folder: Path, name: str, version: str) -> None:
    """An empty distribution that uv finds in a folder."""
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as made:
        made.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        made.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nTag: py3-none-any\n")
        made.writestr(f"{info}/RECORD", "")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A service that asks for `one`; wheels of it lie in a folder, and there is no index."""
    for version in ("1.0", "1.1", "2.0rc1"):
        wheel(tmp_path, "one", version)
    (tmp_path / "one-3.0.tar.gz").write_bytes(b"source only")
    (tmp_path / "requirements.in").write_text("one\n")
    (tmp_path / "requirements.txt").write_text(f"# by uv\n#    {COMMAND}\none==1.0 \\\n")
    monkeypatch.setenv("UV_FIND_LINKS", str(tmp_path))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path


def test_the_newest_stable_wheel_is_taken_and_the_command_stays(folder: Path) -> None:
    text = uv.newest(folder, COMMAND)
    assert text.splitlines()[1] == f"#    {COMMAND}"
    assert "one==1.1\n" in text
    assert "one==1.0" in (folder / "requirements.txt").read_text()


def test_constraints_of_the_folder_above_may_be_other_ones_than_in_its_file(folder: Path) -> None:
    work = folder / "work"
    work.mkdir()
    (work / "requirements.in").write_text("one\n")
    command = COMMAND.replace(
        "requirements.in", "--constraints ../requirements.txt requirements.in"
    )
    (folder / "requirements.txt").write_text("one==1.0\n")
    assert "one==1.0\n" in uv.newest(work, command)
    text = uv.newest(work, command, "one==1.1\n")
    assert text.splitlines()[1] == f"#    {command}"
    assert "one==1.1\n" in text
    assert str(folder) not in text
    assert (folder / "requirements.txt").read_text() == "one==1.0\n"
    assert [path.name for path in work.iterdir()] == ["requirements.in"]


def test_what_no_version_can_fulfil_is_told_in_uvs_words(folder: Path) -> None:
    (folder / "requirements.in").write_text("one>9\n")
    with pytest.raises(NotResolved, match=r"No solution found.*only.*one"):
        uv.newest(folder, COMMAND)


def test_an_index_that_does_not_answer_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("UV_NO_INDEX")
    monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(EnvironmentMissing, match="uv reached no package index"):
        uv.newest(folder, COMMAND)


def test_without_uv_the_message_says_what_installs_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uv, "UV", folder / "absent" / "uv")
    with pytest.raises(EnvironmentMissing, match="`make update` installs it"):
        uv.newest(folder, COMMAND)


def test_a_reason_is_the_error_and_its_causes_without_warnings() -> None:
    assert uv.reason(CONFLICT) == (
        "No solution found when resolving dependencies; Because there is no version of flask==99 "
        "and you require flask==99, we can conclude."
    )


def test_a_program_that_says_nothing_gave_no_reason() -> None:
    assert uv.reason("") == "uv gave no reason"
