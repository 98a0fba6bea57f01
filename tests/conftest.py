"""Fixtures that several kinds of tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestrator.adapters.compose import Compose
from orchestrator.adapters.docker_engine import DockerEngine

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def compose() -> Compose:
    return Compose(ROOT)


@pytest.fixture(scope="module")
def engine(compose: Compose) -> Iterator[DockerEngine]:
    """The real Docker engine. Without it, tests fail; they are never skipped."""
    engine = DockerEngine(compose, "test")
    with engine.alone():
        engine.remove_leftovers()
        yield engine
        assert engine.remove_leftovers() == [], "a test left containers or networks behind"
