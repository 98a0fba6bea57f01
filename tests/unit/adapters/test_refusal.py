"""Why the engine did not start a container, and what would help."""

from __future__ import annotations

import pytest

from orchestrator.adapters.container_options import refusal
from tests.unit.examples import container


@pytest.mark.parametrize(
    ("said", "help_with_it"),
    [
        ("error setting rlimit type 7", "run `make images`"),
        ('Bad Request ("No command specified")', "give it a command, or a CMD in its Dockerfile"),
    ],
)
def test_a_refused_container_says_what_to_do(said: str, help_with_it: str) -> None:
    told = refusal(container(), RuntimeError(said))
    assert told.startswith(f"flask: the engine refused its container: {said}; ")
    assert help_with_it in told
