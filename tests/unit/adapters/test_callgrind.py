"""Callgrind's commands and what they print."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from orchestrator.adapters.callgrind import Callgrind, prelude, wrapped
from orchestrator.errors import TrialFailed
from tests.unit.examples import container

TOLD = "sending command instrumentation on to pid 7\nOK.\n"
BEGUN = f"{TOLD}pid 7\n{TOLD}pid 12\n"
BEFORE = '''"""Counted with another parser.\n\nIt does more."""\nimport runpy\n'''
DUMPED = "sending command dump to pid 7\npid 7\npid 12\ntotals: 1000\ntotals: 234\n"


def callgrind(*said: str) -> Callgrind:
    outputs = iter(said)

    def run(command: Sequence[str]) -> str:
        assert command[:2] == ["sh", "-c"]
        return next(outputs)

    return Callgrind(run)


def test_the_instructions_of_all_processes_are_added() -> None:
    counter = callgrind(BEGUN, DUMPED)
    counter.begin()
    assert counter.counted() == 1234


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param("pid 7\ntotals: 1000\n", "began or ended", id="one has ended"),
        pytest.param("pid 7\npid 9\npid 12\ntotals: 1\n" * 2, "began or ended", id="one is new"),
        pytest.param("pid 7\npid 12\ntotals: 1000\n", "did not write", id="a file is missing"),
    ],
)
def test_an_incomplete_count_is_no_count(said: str, why: str) -> None:
    counter = callgrind(BEGUN, said)
    counter.begin()
    with pytest.raises(TrialFailed, match=why) as failed:
        counter.counted()
    assert failed.value.log_tail == said


def test_without_a_process_under_callgrind_nothing_is_counted() -> None:
    with pytest.raises(TrialFailed, match="no process of the server runs under callgrind"):
        callgrind("").begin()


@pytest.mark.parametrize(
    ("own", "program"),
    [
        (None, ("tini", "--", "python", "app.py")),
        (("python", "other.py"), ("tini", "--", "python", "other.py")),
    ],
)
def test_the_images_program_is_wrapped(own: tuple[str, ...] | None, program: tuple[str]) -> None:
    under = wrapped(container(command=own), ("tini", "--"), ("python", "app.py"))
    spec = under.container
    assert spec.entrypoint is not None
    assert spec.entrypoint[:2] == ("valgrind", "--tool=callgrind")
    assert "--trace-children=yes" in spec.entrypoint
    assert spec.command == program
    assert under.note == ""


def test_a_service_may_have_something_run_before_its_program(tmp_path: Path) -> None:
    (tmp_path / "callgrind.py").write_text(BEFORE)
    under = wrapped(container(), (), ("python", "app.py", "-v"), prelude(str(tmp_path)))
    assert under.container.command == ("python", "-c", BEFORE, "app.py", "-v")
    assert under.note == "Counted with another parser."
    with pytest.raises(TrialFailed, match="not for `gunicorn app:app`"):
        wrapped(container(), (), ("gunicorn", "app:app"), BEFORE)


def test_most_services_have_nothing_run_before_their_program(tmp_path: Path) -> None:
    assert prelude(str(tmp_path)) == prelude("") == ""
