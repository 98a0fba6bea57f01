"""The real world is put together without asking anything of it."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest

from orchestrator.composition import real_world
from orchestrator.errors import UsageError


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
