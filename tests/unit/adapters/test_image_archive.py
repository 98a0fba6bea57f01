"""The digest of an image's sources: which files and options change it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from orchestrator.adapters.image_archive import load
from orchestrator.app.images import bases
from orchestrator.errors import UsageError
from orchestrator.files.sources import digest, name_by_sources
from orchestrator.words import PYTHON_TAG_LENGTH, is_python_tag
from tests.unit.examples import container


@pytest.fixture
def root(tmp_path: Path) -> Path:
    service = tmp_path / "services" / "flask"
    service.mkdir(parents=True)
    (service / "app.py").write_text("app")
    (service / "Dockerfile").write_text("FROM x")
    (tmp_path / "loadgen").mkdir()
    (tmp_path / "loadgen" / "Dockerfile").write_text("FROM y")
    (tmp_path / "loadgen" / "locustfile.py").write_text("load")
    (tmp_path / "services" / "contract.toml").write_text("contract")
    (tmp_path / ".dockerignore").write_text(
        "*\n!loadgen/\n!services/contract.toml\n**/__pycache__\n"
    )
    return tmp_path


def of_flask(root: Path) -> str:
    return digest(root, root / "services" / "flask", "Dockerfile")


def of_load(root: Path) -> str:
    return digest(root, root, "loadgen/Dockerfile")


def test_the_same_files_have_the_same_digest_wherever_they_are(root: Path) -> None:
    before = of_flask(root), of_load(root)
    moved = root.with_name("elsewhere")
    root.rename(moved)
    assert (of_flask(moved), of_load(moved)) == before


@pytest.mark.parametrize("change", ["content", "name", "new", "mode"])
def test_files_that_the_build_sees_change_the_digest(root: Path, change: str) -> None:
    before, app = of_flask(root), root / "services" / "flask" / "app.py"
    if change == "content":
        app.write_text("other")
    elif change == "name":
        app.rename(app.with_name("main.py"))
    elif change == "new":
        (app.parent / "templates").mkdir()
        (app.parent / "templates" / "a.html").write_text("")
    else:
        app.chmod(0o755)
    assert of_flask(root) != before


def test_files_that_the_build_does_not_see_do_not_change_it(root: Path) -> None:
    before = of_flask(root), of_load(root)
    cache = root / "services" / "flask" / "__pycache__"
    cache.mkdir()
    (cache / "app.pyc").write_text("compiled")
    (root / "README.md").write_text("text")
    assert (of_flask(root), of_load(root)) == before
    (root / "services" / "contract.toml").write_text("another contract")
    assert of_flask(root) == before[0]
    assert of_load(root) != before[1]


def test_other_build_options_change_the_digest(root: Path) -> None:
    assert digest(root, root / "services" / "flask", "Dockerfile", "{}") != of_flask(root)


def test_an_image_is_named_by_its_sources(root: Path) -> None:
    context = root / "services" / "flask"
    name = name_by_sources("weblab/flask:local", root, context, "Dockerfile")
    assert name == f"weblab/flask:sources-{of_flask(root)}"
    assert len(name.partition(":")[2]) <= 128  # the longest tag that Docker allows


def test_the_images_of_another_python_have_names_of_their_own(root: Path) -> None:
    """An archive of one Python must never be taken for that of another."""
    context = root / "services" / "flask"
    name = name_by_sources("weblab/flask:py3.12", root, context, "Dockerfile")
    assert name == f"weblab/flask:py3.12-sources-{of_flask(root)}"
    longest = f"py{'3.12-'.ljust(PYTHON_TAG_LENGTH, 'a')}"
    assert is_python_tag(longest.removeprefix("py"))
    name = name_by_sources(f"weblab/flask:{longest}", root, context, "Dockerfile")
    assert len(name.partition(":")[2]) <= 128


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no such file"):
        load(tmp_path / "images.tar")


def test_what_is_taken_along_is_each_base_and_each_image_that_is_not_built() -> None:
    there = {"python:3.13-slim", "postgres:17"}
    images: Any = SimpleNamespace(has=there.__contains__)
    specs = [
        container("flask", build_context="/lab/services/flask"),
        container("bottle", build_context="/lab/services/bottle"),
        container("store", image="postgres:17", base_image=""),
        container("old", image="redis:7", base_image=""),
        container("own", build_context="/lab/companions/own", base_image=""),
    ]
    assert bases(images, specs) == ["python:3.13-slim", "postgres:17"]
