"""Saves and loads images with the real engine. A loaded image is not built again."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.app.images import load_images
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing
from tests.conftest import ROOT

LOCAL = "weblab/bottle:local"


def lab(*words: str) -> str:
    done = subprocess.run(
        [str(ROOT / ".venv/bin/lab"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


@pytest.fixture
def by_sources(compose: Compose, engine: DockerEngine) -> Iterator[str]:
    name = engine.images.name_by_sources(compose.containers()["bottle"])
    assert not engine.images.has(name)
    yield name
    if engine.images.has(name):
        engine.images.forget(name)


def test_an_image_is_saved_and_loaded_and_not_built_again(
    tmp_path: Path,
    compose: Compose,
    engine: DockerEngine,
    by_sources: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = tmp_path / "images.tar"
    assert "  bottle\n" in lab("images-save", str(file), "bottle")
    built = engine.images.image(LOCAL)
    assert not engine.images.has(by_sources)  # no image was added
    docker("image", "rm", "--force", LOCAL)

    older = "weblab/bottle:sources-of-an-earlier-archive"
    engine.images.tag(compose.containers()["bottle"].base_image, older)
    said = lab("images-load", str(file))
    assert "bottle: built from these sources: it will not be built again" in said
    assert "flask: built" not in said  # the archive has no image of any other service
    assert engine.images.image(by_sources).id == built.id
    assert not engine.images.has(older)

    def no_build(service: str) -> None:
        raise AssertionError(f"{service} was built, though it was loaded")

    monkeypatch.setattr(compose, "build", no_build)
    docker("image", "rm", LOCAL)
    assert engine.build("bottle") == built
    assert engine.images.image(LOCAL).id == built.id
    engine.images.forget(by_sources)
    with pytest.raises(AssertionError, match="bottle was built"):
        engine.build("bottle")


def test_a_file_that_is_not_an_archive_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "images.tar"
    file.write_text("text")
    with pytest.raises(EnvironmentMissing, match="docker image load"):
        load_images(real_world(), file)
