"""How two locks differ, in words."""

from __future__ import annotations

from orchestrator.app.locks import changes, out_of_step
from orchestrator.model.lock import Pin


def test_a_raised_a_new_and_a_gone_distribution_are_told() -> None:
    before = {"flask": (Pin("3.1.2"),), "six": (Pin("1.17.0"),), "ujson": (Pin("6.1.0"),)}
    after = {"flask": (Pin("3.1.3"),), "ujson": (Pin("6.1.0"),), "blinker": (Pin("1.9.0"),)}
    assert [change.text for change in changes(before, after)] == [
        "new: blinker 1.9.0",
        "flask 3.1.2 -> 3.1.3",
        "gone: six 1.17.0",
    ]


def test_equal_locks_do_not_differ() -> None:
    assert changes({"flask": (Pin("3.1.3"),)}, {"flask": (Pin("3.1.3"),)}) == ()


def test_versions_for_several_platforms_are_told_together() -> None:
    (change,) = changes(
        {"numpy": (Pin("1.26.4"),)},
        {
            "numpy": (
                Pin("1.26.4"),
                Pin("2.4.0"),
            )
        },
    )
    assert change.text == "numpy 1.26.4 -> 1.26.4 and 2.4.0"


def test_services_with_one_version_are_in_step() -> None:
    assert (
        out_of_step({"flask": {"flask": (Pin("3.1.3"),)}, "b": {"flask": (Pin("3.1.3"),)}}, "Flask")
        is None
    )


def test_each_version_out_of_step_is_told_with_its_service() -> None:
    locks = {
        "flask": {"flask": (Pin("3.1.3"),)},
        "flask-gunicorn": {"flask": (Pin("3.1.2"),)},
        "x": {},
    }
    said = "flask: 3.1.3 in flask, 3.1.2 in flask-gunicorn, none in x"
    assert out_of_step(locks, "flask") == said
