"""The parts of a variant are looked for in files and git before an engine is asked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from orchestrator.adapters import revisions
from orchestrator.adapters.variant_checks import problems
from orchestrator.errors import TrialFailed
from orchestrator.model.variant import Variant
from tests.unit.adapters.test_checkouts import git

FLASK = Variant(service="flask")


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A checkout in a folder of a repository, with another app.py in each of two commits."""
    root = tmp_path / "lab"
    app = root / "services" / "flask" / "app.py"
    app.parent.mkdir(parents=True)
    git(tmp_path, "init", "-q")
    for text in ("first", "second"):
        app.write_text(text)
        git(tmp_path, "add", "-A")
        git(tmp_path, "commit", "-qm", text)
    app.write_text("not committed")
    return root


def test_a_variant_whose_parts_are_there_has_no_problem(root: Path) -> None:
    (root / "setup.py").touch()
    for variant in (
        FLASK,
        replace(FLASK, revision="HEAD~1", python="3.12", pins=("a==1",)),
        replace(FLASK, path=str(root)),
    ):
        assert problems(root, variant) == []


def test_everything_that_is_missing_is_reported_together(root: Path) -> None:
    variant = replace(FLASK, path=str(root / "absent"), revision="no-such")
    assert problems(root, variant) == [
        f"path:{root}/absent: there is no such file or folder",
        "rev:no-such: git knows no such revision here; `git log` lists commits, `git fetch` gets "
        "more",
    ]


@pytest.mark.parametrize("revision", ["HEAD:services", "HEAD~9", "--all", "HEAD^{tree}"])
def test_what_is_no_commit_is_refused(root: Path, revision: str) -> None:
    (why,) = problems(root, replace(FLASK, revision=revision))
    assert "git knows no such revision here" in why


def test_a_revision_without_the_services_folder_is_refused(root: Path) -> None:
    commit = git(root, "rev-parse", "HEAD")
    (why,) = problems(root, Variant(service="bottle", revision="HEAD"))
    assert why == (
        f"rev:HEAD: commit {commit[:12]} has no folder services/bottle, which bottle is built "
        "from; name a commit that has it"
    )


def test_a_revision_from_before_a_way_to_serve_is_refused(root: Path) -> None:
    way = root / "services" / "flask" / "gunicorn"
    way.mkdir()
    for folder in (way.parent, way):
        (folder / "service.toml").touch()
    variant = Variant(service="flask-gunicorn", revision="HEAD")
    (why,) = problems(root, variant)
    assert "has no folder services/flask/gunicorn, which flask-gunicorn is built from" in why
    git(root, "add", "-A")
    git(root, "commit", "-qm", "the way")
    assert problems(root, variant) == []
    assert problems(root, replace(FLASK, revision="HEAD~1")) == []


def test_without_git_the_message_says_how_to_install_it(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    (why,) = problems(root, replace(FLASK, revision="HEAD"))
    assert "no `git` command" in why


def test_a_folder_is_extracted_as_it_was(root: Path, tmp_path: Path) -> None:
    into = tmp_path / "into"
    into.mkdir()
    commit = revisions.commit(root, "HEAD~1")
    assert commit is not None
    revisions.extract(root, commit, "services/flask", into)
    app = into / "services" / "flask" / "app.py"
    assert app.read_text() == "first"
    assert app.stat().st_mode & 0o777 == 0o644
    with pytest.raises(TrialFailed, match="git archive"):
        revisions.extract(root, commit, "services/bottle", into)
