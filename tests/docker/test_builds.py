"""Tries whether builds work, with the real Compose and the real engine."""

from __future__ import annotations

import subprocess

import pytest

from orchestrator.adapters.compose import Compose
from tests.conftest import ROOT


def images() -> str:
    words = ["docker", "image", "ls", "-q", "weblab-trial"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout


def test_an_image_can_be_built_here_and_the_trial_build_is_removed() -> None:
    assert Compose(ROOT).why_no_build() == ""
    assert images() == ""


def test_if_builds_fail_the_reason_has_composes_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DOCKER_HOST", "unix:///nowhere/docker.sock")
    assert "nowhere/docker.sock" in Compose(ROOT).why_no_build()
