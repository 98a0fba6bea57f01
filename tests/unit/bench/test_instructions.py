"""One count of instructions, with fakes: its steps, and what is no count."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestrator.bench.instructions import Count, counted, unknown_instruction
from orchestrator.errors import TrialFailed
from orchestrator.model.counted_by import CountedBy
from tests.fakes import FakeContainer, FakeEngine, Journal
from tests.unit.examples import answer, planned, probe

(TRIAL,) = planned().trials[:1]
UNKNOWN = """\
==7== Callgrind, a call-graph generating cache profiler
vex amd64->IR: unhandled instruction bytes: 0x66 0xF 0x3A 0x61 0x6 0x4 0x83 0xF9 0x10 0x74
vex amd64->IR:   REX=0 REX.W=0 REX.R=0 REX.X=0 REX.B=0
==8== valgrind: Unrecognised instruction at address 0x6e07bae.
"""


def served(journal: Journal, server: FakeContainer) -> FakeEngine:
    return FakeEngine(journal, {"flask": server})


@pytest.mark.parametrize("by", CountedBy)
def test_what_comes_before_the_count_is_not_counted(by: CountedBy) -> None:
    journal: Journal = []
    reply = answer(TRIAL.expectation)
    server = FakeContainer("flask", probe(), reply=reply, instructions=1500, journal=journal)
    note = "changed for callgrind" if by is CountedBy.CALLGRIND else ""
    assert counted(TRIAL, served(journal, server), by, seed=3, requests=10) == Count(
        instructions_per_request=150.0, requests=10, by=by, note=note
    )
    path = TRIAL.expectation.request.path
    image = TRIAL.entry.container.image
    assert journal == [
        *([f"{image} under callgrind"] if by is CountedBy.CALLGRIND else []),
        "start flask with hash seed 3",
        f"verify flask {path}",
        f"ask flask {path} 200 times",
        f"begin {by}",
        f"ask flask {path} 10 times",
        f"counted {by}",
        "remove flask",
    ]


def test_a_wrong_answer_makes_it_no_count() -> None:
    reply = replace(answer(TRIAL.expectation), body=b"other")
    server = FakeContainer("flask", probe(), reply=reply, instructions=1500)
    with pytest.raises(TrialFailed, match=r"answer 1 of 200: body of 5 bytes"):
        counted(TRIAL, served([], server), CountedBy.CALLGRIND, seed=0)


def test_a_failure_says_it_if_valgrind_ended_the_program() -> None:
    server = FakeContainer("flask", TrialFailed("no answer", "the end of its log"), log=UNKNOWN)
    with pytest.raises(TrialFailed, match=r"valgrind does not know .*0x61 0x6 0x4") as failed:
        counted(TRIAL, served([], server), CountedBy.CALLGRIND, seed=0)
    assert failed.value.log_tail == "the end of its log"


def test_any_other_failure_stays_as_it_is() -> None:
    server = FakeContainer("flask", TrialFailed("no answer"), log="Traceback")
    with pytest.raises(TrialFailed, match=r"^no answer$"):
        counted(TRIAL, served([], server), CountedBy.CALLGRIND, seed=0)
    assert unknown_instruction("Traceback") is None
