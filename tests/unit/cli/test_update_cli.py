"""`lab update`: what it takes, what it prints, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from orchestrator.app.locks import Change
from orchestrator.app.updated import Update, Updated
from orchestrator.cli import main

FLASK = Updated(
    service="flask",
    folder="flask",
    changes=(Change(name="flask", before=("3.1.2",), after=("3.1.3",)),),
)
Asked = list[tuple[Sequence[str], dict[str, bool]]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What was asked; there is always a newer flask."""
    found: Asked = []

    def update(_: object, services: Sequence[str], **how: Any) -> Update:
        found.append((services, how))
        return Update(locks=(FLASK,), out_of_step=(), written=how["write"])

    monkeypatch.setattr("orchestrator.cli.update.update", update)
    return found


def test_by_default_every_lock_is_raised_and_verified(
    asked: Asked, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["update"]) == 0
    assert asked == [((), {"write": True, "verified": True})]
    assert capsys.readouterr().out == "Raised: flask\n"


def test_a_set_is_a_choice_of_services(asked: Asked) -> None:
    assert main(["update", "--set", "2019", "--no-verify"]) == 0
    (services, how) = asked[0]
    assert {"flask", "japronto"} <= set(services)
    assert how == {"write": True, "verified": False}


def test_a_check_that_finds_newer_releases_ends_with_one(asked: Asked) -> None:
    assert main(["update", "flask", "--check"]) == 1
    assert asked == [(("flask",), {"write": False, "verified": True})]


def test_the_summary_goes_to_a_file_and_json_to_stdout(
    asked: Asked, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    file = tmp_path / "new" / "update.md"
    assert main(["update", "--json", "--summary", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["locks"][0]["service"] == "flask"
    assert file.read_text() == "# Raised: flask\n\n- flask: flask 3.1.2 -> 3.1.3\n"
