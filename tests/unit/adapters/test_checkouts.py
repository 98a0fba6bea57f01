"""What `path:` names: refused in words, or copied without what does not belong to it."""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.checkouts import copy, located, problem
from orchestrator.errors import TrialFailed

WHEEL = "flask-3.0.3-py3-none-any.whl"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    for name in ("pyproject.toml", "flask/__init__.py", "flask/build/x.py", "flask/app.py"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("")
    return folder


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=x", "-c", "user.email=x@example.org")
    done = subprocess.run(
        ["git", "-C", str(folder), *who, *words], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_what_cannot_be_installed_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "archive.tar").touch()
    (tmp_path / "flask.whl").touch()
    for name, why in {
        "absent": "there is no such file or folder",
        ".": "no pyproject.toml and no setup.py in it",
        "archive.tar": "neither a folder nor a wheel (.whl)",
        "flask.whl": "a wheel has a name such as flask-3.0.3-py3-none-any.whl",
    }.items():
        assert why in problem(tmp_path / name)


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.py"])
def test_a_project_can_be_installed(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert problem(tmp_path) == ""


def test_a_path_may_begin_at_home_or_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert located("~/x") == located("x") == (tmp_path / "x").resolve()


def test_repositories_environments_and_old_builds_are_left_out(
    project: Path, tmp_path: Path
) -> None:
    for name in (
        ".git/HEAD", "env/pyvenv.cfg", "env/lib/x.py", "flask/__pycache__/app.pyc",
        "build/lib/x.py", "dist/x.whl", "vendor/.git",
    ):  # fmt: skip
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text("")
    assert copy(project, tmp_path / "copy") == (".", "the folder project")
    assert files(tmp_path / "copy") == [
        "flask/__init__.py",
        "flask/app.py",
        "flask/build/x.py",
        "pyproject.toml",
    ]


def test_a_package_called_build_is_no_old_build(project: Path, tmp_path: Path) -> None:
    (project / "build").mkdir()
    (project / "build" / "__init__.py").touch()
    copy(project, tmp_path / "copy")
    assert "build/__init__.py" in files(tmp_path / "copy")


def test_a_checkout_is_named_with_its_commit(project: Path, tmp_path: Path) -> None:
    git(project, "init", "-q")
    git(project, "add", "-A")
    git(project, "commit", "-qm", "x")
    commit = git(project, "rev-parse", "HEAD")
    assert copy(project, tmp_path / "one")[1] == f"the folder project at commit {commit}"
    (project / "flask" / "app.py").write_text("changed")
    words = copy(project, tmp_path / "two")[1]
    assert words == f"the folder project at commit {commit}, with changes"


def test_a_wheel_is_named_with_its_version_and_digest(tmp_path: Path) -> None:
    (tmp_path / WHEEL).write_bytes(b"content")
    digest = hashlib.sha256(b"content").hexdigest()
    source, words = copy(tmp_path / WHEEL, tmp_path / "copy")
    assert (source, files(tmp_path / "copy")) == (WHEEL, [WHEEL])
    assert words == f"flask 3.0.3 from the wheel {WHEEL}, sha256 {digest}"


def test_what_cannot_be_copied_is_a_failed_trial(project: Path, tmp_path: Path) -> None:
    (tmp_path / "copy").mkdir()
    with pytest.raises(TrialFailed, match="project cannot be copied"):
        copy(project, tmp_path / "copy")
