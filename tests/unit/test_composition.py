"""The real world is put together without asking anything of it."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from orchestrator.adapters.base_images import SCRIPT
from orchestrator.composition import real_world
from orchestrator.errors import EnvironmentMissing, UsageError


def test_making_the_world_asks_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def never(*_: object, **__: object) -> None:
        raise AssertionError("something outside was asked")

    monkeypatch.setenv("DOCKER_HOST", "tcp://10.0.0.1:2375")
    monkeypatch.setattr(subprocess, "Popen", never)
    monkeypatch.setattr(socket, "socket", never)
    monkeypatch.setattr(Path, "open", never)
    world = real_world(tmp_path / "absent")
    assert world.root == tmp_path / "absent"
    with pytest.raises(UsageError, match=r"10\.0\.0\.1"):
        world.connect("x")


def script(root: Path, text: str) -> None:
    path = root / SCRIPT
    path.parent.mkdir(parents=True)
    path.write_text(text)


def test_another_python_is_another_compose_file_in_the_same_world(tmp_path: Path) -> None:
    script(tmp_path, "echo base/python:$1")
    world = real_world(tmp_path)
    on_312 = world.on_python("3.12")
    assert on_312.compose.variables == {
        "LAB_PYTHON": "base/python:3.12",
        "LAB_TAG": "py3.12",
        "LAB_WORK": "",
    }
    assert world.compose.variables == {"LAB_PYTHON": "", "LAB_TAG": "", "LAB_WORK": ""}
    assert on_312.root == world.root


def test_a_python_that_cannot_be_had_says_what_the_set_up_said(tmp_path: Path) -> None:
    script(tmp_path, "echo 'load python:3.99-slim' >&2; exit 3")
    with pytest.raises(EnvironmentMissing, match=r"base image for Python 3\.99;.*\nload python:3"):
        real_world(tmp_path).on_python("3.99")
