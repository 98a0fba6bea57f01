"""A judgement's lines: what each says, and what all of them say together."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.app.judged import (
    Judged,
    Judgement,
    State,
    affected,
    compared,
    failed,
    lines,
    of_its_own,
    verified,
)
from orchestrator.app.judgement import RECORD, judgement_files, judgement_summary, read, verdict
from orchestrator.cli.judge import exit_code
from orchestrator.errors import UsageError
from tests.unit.app.judgements import asked, judgement
from tests.unit.experiments.ab.examples import ab_record, ab_settings, exact_launches
from tests.unit.experiments.ab.examples import failed as failed_comparison

FLASK = Judged(service="flask", workload="json")
SLOWER = compared(
    FLASK,
    ab_record(launches=exact_launches(head=1.05), settings=ab_settings(fail_above=0.01)),
)
SAME = compared(
    replace(FLASK, service="sanic"), ab_record(launches=exact_launches(80, head=1.0, spread=0.001))
)
BROKEN = compared(replace(FLASK, service="django"), failed_comparison())
NEW = Judged(service="new")


def test_a_services_own_files_are_told_from_those_that_both_sides_share() -> None:
    touching = {
        "django": ("docker-compose.yml", "loadgen/Dockerfile"),
        "flask": ("docker-compose.yml", "loadgen/Dockerfile", "services/flask/app.py"),
        "sanic": ("services/sanic/app.py",),
    }
    frameworks = {name: name for name in touching}
    assert of_its_own(touching, frameworks) == (
        {"flask": ("services/flask/app.py",), "sanic": ("services/sanic/app.py",)},
        ("docker-compose.yml", "loadgen/Dockerfile"),
    )
    assert of_its_own({}, {}) == ({}, ())


def test_a_way_to_serve_is_built_from_the_folder_of_its_framework() -> None:
    touching = {"flask": ("services/flask/app.py",), "flask-waitress": ("services/flask/app.py",)}
    frameworks = dict.fromkeys(touching, "flask")
    assert of_its_own(touching, frameworks) == (touching, ())


def test_a_service_has_a_line_for_each_workload_unless_it_stands_alone() -> None:
    both = ("json", "text")
    found = lines({"flask": both, "new": both}, ["gone"], {"new"})
    assert [line.name for line in found] == ["flask, json", "flask, text", "new", "gone"]
    assert [line.state for line in found] == [*[State.WAITING] * 3, State.REMOVED]


LOCK, APP = "services/flask/work/requirements.txt", "services/flask/app.py"


@pytest.mark.parametrize(
    ("paths", "wanted", "offers", "found"),
    [
        pytest.param([APP, LOCK], ["json"], ["page", "rows"], ("json",), id="not only its work"),
        pytest.param([LOCK], ["json"], ["page", "rows"], ("page", "rows"), id="only its work"),
        pytest.param([LOCK], ["json", "rows"], ["page", "rows"], ("rows",), id="one is asked for"),
        pytest.param([LOCK], ["json"], [], ("json",), id="it offers none"),
    ],
)
def test_a_change_of_what_only_some_workloads_use_is_judged_by_these(
    paths: list[str], wanted: list[str], offers: list[str], found: tuple[str, ...]
) -> None:
    assert affected(paths, wanted, offers) == found


def test_a_line_has_the_finding_its_numbers_and_its_record() -> None:
    assert SLOWER.text.startswith("slower, +5.00 % (+")
    assert ", more than the 1 % that is tolerated, 24 launches in 60 s" in SLOWER.text
    assert (SLOWER.state, SLOWER.above, SLOWER.answer) == (State.COMPARED, True, "slower")
    assert SLOWER.record == "ab-2026-03-02-abcdef"
    assert SLOWER.low is not None
    assert SLOWER.ratio is not None
    assert 1.01 < SLOWER.low < SLOWER.ratio == pytest.approx(1.05)


def test_a_comparison_that_failed_has_a_reason_and_no_number() -> None:
    assert BROKEN.text == "not compared: head could not be built: pip found no flask==9.9.9"
    assert (BROKEN.state, BROKEN.above, BROKEN.answer) == (State.FAILED, False, None)


def test_a_comparison_that_was_interrupted_at_once_is_no_answer() -> None:
    line = compared(FLASK, ab_record(launches=(), interrupted=True))
    assert (line.state, line.text) == (State.FAILED, "not compared: nothing was measured")


def test_a_new_service_is_held_to_the_contract() -> None:
    good, bad = verified(NEW, "new", ()), verified(NEW, "new", ("GET /json: 500", "no ujson"))
    assert (good.state, good.text) == (State.VERIFIED, "new; it keeps the contract")
    assert bad.state is State.FAILED
    assert bad.text == "new; it breaks the contract: GET /json: 500; no ujson"


@pytest.mark.parametrize(
    ("found", "said", "code"),
    [
        pytest.param(
            judgement(), "Nothing to judge: the change touches no service's own files", 0, id="none"
        ),
        pytest.param(
            judgement(SAME), "Nothing is certainly slower by more than is tolerated", 0, id="same"
        ),
        pytest.param(judgement(SLOWER, SAME), "Slower: flask, json", 1, id="slower"),
        pytest.param(judgement(BROKEN, SAME), "Not measured: django, json", 2, id="failed"),
        pytest.param(judgement(FLASK), "Not measured: flask, json", 2, id="left out"),
        pytest.param(
            judgement(SLOWER, BROKEN, NEW),
            "Slower: flask, json; not measured: django, json, new",
            1,
            id="a slow-down counts first",
        ),
        pytest.param(
            judgement(SLOWER, interrupted=True), "Interrupted; slower: flask, json", 130, id="cut"
        ),
    ],
)
def test_the_verdict_and_the_exit_code(found: Judgement, said: str, code: int) -> None:
    assert verdict(found) == said
    assert exit_code(found) == code


def test_the_summary_has_one_line_for_each() -> None:
    new = verified(NEW, "new, so there is nothing to compare it with", ())
    said = judgement_summary(judgement(SLOWER, SAME, new, shared=("Makefile",), untold=("bottle",)))
    head, _, told, _, *listed = said.splitlines()
    assert head == "# Slower: flask, json"
    assert "commit `0123456789ab`" in told
    assert "Tolerated: 1 %. At most 3:00 of measuring" in told
    assert listed[0].startswith("- flask, json: **slower, +5.00 % (")
    assert listed[0].endswith("** (`ab-2026-03-02-abcdef`)")
    assert listed[1].startswith("- sanic, json: same within 0.")
    assert listed[2] == "- new: new, so there is nothing to compare it with; it keeps the contract"
    assert listed[3] == ""
    assert listed[4].startswith("Not judged, because base and head share them here: `Makefile`.")
    assert "touches bottle" in listed[4]


def test_the_summary_says_that_only_some_were_asked_for() -> None:
    found = judgement(SAME, asked=asked(services=("sanic",)))
    assert " Only asked for: sanic." in judgement_summary(found)


def test_many_shared_files_are_counted() -> None:
    found = judgement(shared=tuple(f"loadgen/{n}.py" for n in range(9)))
    assert "`loadgen/0.py`, `loadgen/1.py`, `loadgen/2.py`, 6 more." in judgement_summary(found)


def test_text_from_outside_stays_one_line_of_plain_text() -> None:
    line = failed(FLASK, UsageError(["first\n# second", "<b>*x*" + "y" * 999]))
    said = judgement_summary(judgement(line))
    (shown,) = [one for one in said.splitlines() if one.startswith("- ")]
    assert "first # second &lt;b>\\*x\\*y" in shown
    assert len(shown) < 400
    assert "\x1b" not in judgement_summary(judgement(failed(FLASK, UsageError("\x1b[31mred"))))


def test_the_record_can_be_read_again() -> None:
    found = judgement(SLOWER, BROKEN, verified(NEW, "new", ()), FLASK, shared=("Makefile",))
    text = judgement_files(found)[RECORD]
    assert read(text, RECORD) == found
    with pytest.raises(UsageError, match=r"judge\.json: judgement of schema 9"):
        read(text.replace(b'"schema": 1', b'"schema": 9'), RECORD)
