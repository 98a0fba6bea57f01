"""Images saved and loaded with the real engine: what was loaded is not built again."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine
from orchestrator.adapters.image_archive import LOADED, SOURCES
from tests.conftest import ROOT

MEMORY = ROOT / LOADED


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    """What this checkout remembers of other archives is put back."""
    before = MEMORY.read_bytes() if MEMORY.exists() else None
    yield
    if before is None:
        MEMORY.unlink(missing_ok=True)
    else:
        MEMORY.write_bytes(before)


def lab(*words: str) -> str:
    done = subprocess.run(
        [str(ROOT / ".venv/bin/lab"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def docker(*words: str) -> str:
    done = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_an_image_travels_and_is_not_built_again(
    tmp_path: Path, compose: Compose, engine: DockerEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "images.tar"
    lab("images-save", str(file), "bottle")
    built = engine.image("weblab/bottle:local")
    with tarfile.open(file) as archive:
        member = archive.extractfile(SOURCES)
        assert member is not None
        assert built.id in json.loads(member.read())
    docker("image", "rm", "--force", "weblab/bottle:local")
    assert not engine.has("weblab/bottle:local")

    said = lab("images-load", str(file))
    assert "bottle: as it is in this checkout: it is not built again" in said
    assert engine.image("weblab/bottle:local").id == built.id

    def no_build(service: str) -> None:
        raise AssertionError(f"{service} was built, though it was loaded")

    monkeypatch.setattr(compose, "build", no_build)
    assert engine.build("bottle") == built
    MEMORY.unlink()
    with pytest.raises(AssertionError, match="bottle was built"):
        engine.build("bottle")
