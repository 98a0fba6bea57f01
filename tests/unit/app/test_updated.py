"""What `lab update` says about each lock, as Markdown and for programs."""

from __future__ import annotations

import json
from dataclasses import replace

from orchestrator.app.locks import Change
from orchestrator.app.updated import Update, Updated, json_of, summary, verdict

FLASK = Change(name="flask", before=("3.1.2",), after=("3.1.3",))
RAISED = Updated(service="flask", folder="flask", changes=(FLASK,), contract=())
BROKEN = Updated(service="bottle", folder="bottle", changes=(FLASK,), contract=("status 500",))
FAILED = Updated(service="sanic", folder="sanic", failure="no <version> of sanic")
SAME = Updated(service="django", folder="django")
WORK = Updated(
    service="flask",
    folder="flask/work",
    on_request=True,
    changes=(Change(name="psycopg", before=("3.3.8",), after=("3.3.9",)),),
    contract=("flask-granian: rows: status 500",),
)


def update(*locks: Updated, out_of_step: tuple[str, ...] = (), written: bool = True) -> Update:
    return Update(locks=locks, out_of_step=out_of_step, written=written)


def test_the_summary_has_a_line_for_each_lock_that_changed_or_failed() -> None:
    found = update(RAISED, BROKEN, FAILED, SAME, out_of_step=("flask: 1 in a, 2 in b",))
    assert summary(found) == (
        "# Raised: flask, bottle; not raised: sanic; breaks the contract: bottle; "
        "versions not in step\n\n"
        "- flask: flask 3.1.2 -> 3.1.3; keeps the contract\n"
        "- bottle: flask 3.1.2 -> 3.1.3; **breaks the contract: status 500**\n"
        "- sanic: **not raised: no &lt;version> of sanic**\n"
        "- **not in step: flask: 1 in a, 2 in b**\n\n"
        "Up to date: django.\n"
    )


def test_nothing_to_raise_is_said() -> None:
    assert summary(update(SAME)) == "# All locks are up to date\n\nUp to date: django.\n"


def test_the_lock_of_workloads_on_request_is_told_by_its_folder() -> None:
    assert summary(update(RAISED, WORK)) == (
        "# Raised: flask, flask/work; breaks the contract: flask/work\n\n"
        "- flask: flask 3.1.2 -> 3.1.3; keeps the contract\n"
        "- flask/work: psycopg 3.3.8 -> 3.3.9; "
        "**breaks the contract: flask-granian: rows: status 500**\n"
    )


def test_what_was_only_looked_for_would_be_raised() -> None:
    assert verdict(update(RAISED, written=False)) == "Would be raised: flask"


def test_more_files_of_the_same_releases_are_told() -> None:
    renewed = replace(SAME, renewed="more files of the same releases", contract=())
    assert summary(update(RAISED, renewed)) == (
        "# Raised: flask; renewed: django\n\n"
        "- flask: flask 3.1.2 -> 3.1.3; keeps the contract\n"
        "- django: more files of the same releases; keeps the contract\n"
    )
    assert verdict(update(renewed, written=False)) == "Would be renewed: django"


def test_a_person_must_look_at_a_failure_a_broken_contract_and_a_step() -> None:
    assert update(RAISED, SAME).all_well
    for wrong in (update(BROKEN), update(FAILED), update(SAME, out_of_step=("x",))):
        assert not wrong.all_well


def test_programs_get_every_change() -> None:
    told = json.loads(json_of(update(RAISED)))
    change = {"name": "flask", "before": ["3.1.2"], "after": ["3.1.3"]}
    assert told["locks"] == [
        {
            "service": "flask",
            "folder": "flask",
            "on_request": False,
            "changes": [change],
            "renewed": "",
            "failure": None,
            "contract": [],
        }
    ]
