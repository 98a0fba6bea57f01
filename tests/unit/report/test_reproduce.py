"""The commands on a page are safe to type, whatever the record contains."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.report.reproduce import checkout, reproduce
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


def test_the_python_of_all_services_is_part_of_the_command() -> None:
    record = run_record()
    on_312 = replace(record, settings=replace(record.settings, python="3.12"))
    assert reproduce(on_312, "flask", "json").endswith(" --python 3.12")
    assert "--python" not in reproduce(record, "flask", "json")
