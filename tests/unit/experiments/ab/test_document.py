"""A comparison's record and summary."""

import json
import re
from collections.abc import Callable

import pytest

from orchestrator.errors import UsageError
from orchestrator.experiments.ab.document import ab_files, answer_document, read
from orchestrator.experiments.ab.record import ABRecord, Failure
from orchestrator.experiments.ab.summary import LOG_LINES, markdown_summary
from orchestrator.model.trial import TrialPhase
from tests.unit.experiments.ab.examples import (
    HOSTILE,
    ab_record,
    by_instructions,
    failed,
    hostile,
    launches,
)


@pytest.mark.parametrize(
    ("name", "record"),
    [("ab.md", ab_record()), ("ab-instructions.md", by_instructions()), ("ab-failed.md", failed())],
)
def test_the_summary(name: str, record: ABRecord, golden: Callable[[str, str], None]) -> None:
    golden(name, ab_files(record)["ab.md"].decode())


def test_an_unfinished_or_interrupted_comparison_says_so() -> None:
    assert "12:00:00Z, not finished\n" in markdown_summary(ab_record(finished_at=None))
    assert "12:00:00Z, interrupted\n" in markdown_summary(ab_record(interrupted=True))


def test_only_the_end_of_a_long_log_is_in_the_summary() -> None:
    log = "\n".join(f"line {number}" for number in range(100))
    failure = Failure(side="head", phase=TrialPhase.START, reason="it ended", log_tail=log)
    text = markdown_summary(failed(failure=failure))
    assert [line for line in text.splitlines() if line.startswith("line ")] == [
        f"line {number}" for number in range(100 - LOG_LINES, 100)
    ]


@pytest.mark.parametrize("record", [ab_record(), by_instructions(), failed()])
def test_a_saved_record_is_read_as_it_was(record: ABRecord) -> None:
    assert read(ab_files(record)["ab.json"], "here") == record


def test_a_record_of_another_schema_is_refused() -> None:
    with pytest.raises(UsageError, match="here: comparison of schema 2"):
        read(ab_files(ab_record(schema=2))["ab.json"], "here")


def test_the_json_has_every_slice_and_the_answer() -> None:
    record = ab_record()
    document = json.loads(ab_files(record)["ab.json"])
    assert len(document["launches"]) == 24
    assert set(document["launches"][0]["slices"][0]) == {"base_us", "again_us", "head_us"}
    found = document["answer"]
    assert found == json.loads(json.dumps(answer_document(record)))
    assert (found["answer"], found["launches"], found["seconds"]) == ("slower", 24, 60.0)
    assert found["low"] < found["ratio"] < found["high"]
    assert found["head"]["versions"]["flask"] == "3.1.2"


def test_the_answer_of_what_was_not_measured_is_null() -> None:
    found = answer_document(failed())
    assert (found["answer"], found["ratio"], found["beside"]) == (None, None, None)
    assert found["failure"]["phase"] == "build"
    assert found["head"] == {"side": "flask==9.9.9"}
    assert answer_document(by_instructions())["by"] == "callgrind"


def test_text_from_outside_stays_text() -> None:
    files = ab_files(hostile())
    obeyed = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f]")
    assert [name for name, text in files.items() if obeyed.search(text.decode())] == []
    text = files["ab.md"].decode()
    fence = re.search(r"^(`{4,})text\n(.*?)\n\1$", text, re.DOTALL | re.MULTILINE)
    assert fence  # longer than the three backticks in the log
    assert "```" in fence[2]
    outside = text.replace(fence[0], "")
    assert "<img" not in re.sub(r"`[^`\n]*`", "", outside)
    assert HOSTILE not in outside


def test_a_failure_after_some_launches_keeps_their_ratios() -> None:
    failure = Failure(side="", phase=TrialPhase.LOAD, reason="head: 3 of 100 requests failed")
    text = markdown_summary(ab_record(failure=failure, launches=launches(5)))
    assert "**Not compared: the load failed: head: 3 of 100 requests failed.**" in text
    assert "| CPU time for a request |" in text
