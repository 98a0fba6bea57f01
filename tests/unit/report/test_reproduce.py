"""The commands on a page are safe to type, whatever the record contains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.report.reproduce import checkout
from tests.unit.examples import host, run_record


@pytest.mark.parametrize(
    ("commit", "command"),
    [
        ("0a1b2c3d4e", "git checkout 0a1b2c3d4e"),
        ("0a1b2c3d4e+changes", "git checkout 0a1b2c3d4e"),
        (None, None),
        ("--orphan=x", None),
        ("main; rm -r .", None),
    ],
)
def test_only_a_valid_commit_is_checked_out(commit: str | None, command: str | None) -> None:
    assert checkout(replace(run_record(), host=host(lab_commit=commit))) == command
