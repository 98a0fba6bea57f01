"""Lines of the load generator's master become values."""

import json
from typing import Any

import pytest

from labwire.events import (
    LoadEvent,
    LoadFailed,
    LoadFile,
    LoadResult,
    LoadStep,
    LocustOwn,
    Ready,
    StepBegan,
    Tick,
    decode,
    encode,
    without_files,
)
from labwire.phase import LoadPhase
from labwire.protocol import VERSION, VersionError


def line(event: str, **members: Any) -> str:
    return json.dumps({"lab": VERSION, "event": event, **members}, separators=(",", ":"))


TICK: dict[str, Any] = {
    "at": 1_001.0,
    "elapsed_s": 1.0,
    "phase": "ramp",
    "index": 0,
    "users": 8,
    "requests": 100,
    "failures": 2,
    "rps": 99.5,
    "p50_ms": 1.25,
    "p99_ms": 3.5,
}
STEP: dict[str, Any] = {
    "index": 0,
    "phase": "ramp",
    "users": 8,
    "started_at": 1_000.0,
    "duration_s": 1.25,
    "requests": 11,
    "failures": {"eof": 1},
    "completed": 9,
    "unfinished": 1,
    "histogram": "HISTFAAAA",
    "all_histogram": "HISTFAAAB",
    "pending": 1,
    "pending_histogram": "HISTFAAAC",
    "answered_users": 7,
    "in_flight": 0.99,
    "connects": 8,
    "connect_s": 0.004,
    "server_closes": 0,
    "idle": 0.5,
    "lag_ms": 1.5,
    "listen_overflows": 0,
}
OPEN: dict[str, Any] = {
    **STEP,
    "phase": "open",
    "in_flight": None,
    "rate": 250.0,
    "of_capacity": None,
    "service_histogram": "HISTFAAAD",
    "late_histogram": "HISTFAAAE",
}
RESULT: dict[str, Any] = {
    "started_at": 1_000.0,
    "duration_s": 1.25,
    "ramp_ended": "drops",
    "best_index": 0,
    "best_had_drops": True,
    "unfinished": 1,
    "connects": 8,
    "server_closes": 0,
    "workers": 1,
}
LOCUST = {"requests": 11, "failures": 1, "rps": 8, "median_ms": 1, "exceptions": 0}


@pytest.mark.parametrize(
    ("text", "event"),
    [
        pytest.param(
            line("ready", workers=2, versions={"locust": "2.47.0"}),
            Ready(workers=2, versions={"locust": "2.47.0"}),
            id="ready",
        ),
        pytest.param(
            line("step", index=1, phase="settle", users=16, at=1_001.5),
            StepBegan(index=1, phase=LoadPhase.SETTLE, users=16, at=1_001.5),
            id="step",
        ),
        pytest.param(line("tick", **TICK), Tick(**TICK), id="tick"),
        pytest.param(
            line("tick", **{**TICK, "rps": None, "p50_ms": None, "p99_ms": None}),
            Tick(**{**TICK, "rps": None, "p50_ms": None, "p99_ms": None}),
            id="tick in which nothing was reported",
        ),
        pytest.param(
            line("file", name="locust_stats.csv", text="Type\r\n", more=True),
            LoadFile(name="locust_stats.csv", text="Type\r\n", more=True),
            id="file",
        ),
        pytest.param(
            line("result", **RESULT, steps=[STEP, OPEN], locust=LOCUST),
            LoadResult(
                **RESULT,
                steps=(LoadStep(**STEP), LoadStep(**OPEN)),
                locust=LocustOwn(requests=11, failures=1, rps=8.0, median_ms=1.0, exceptions=0),
            ),
            id="result",
        ),
        pytest.param(
            line("failed", reason="0 of 1 workers are left"),
            LoadFailed(reason="0 of 1 workers are left"),
            id="failed",
        ),
    ],
)
def test_an_event_becomes_a_value(text: str, event: LoadEvent) -> None:
    assert decode(text) == event
    assert decode(encode(event)) == event


@pytest.mark.parametrize(
    "text",
    ["", "[2026-03-02 12:00:00] locust.main: Starting", '{"other": 1}', "null", ' {"lab":1}'],
)
def test_other_output_is_no_event(text: str) -> None:
    assert decode(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f'{{"lab":{VERSION}}}', "missing required field `event`"),
        (f'{{"lab":{VERSION},"event":"fai', "truncated"),
        (line("coffee"), "unknown event 'coffee' from the load generator"),
        (line("tick", **{**TICK, "phase": "rest"}), "Invalid enum value 'rest'"),
        (line("file", name="../a.csv", text=""), r"a file of the name '\.\./a\.csv'"),
        (line("failed"), "Object missing required field `reason`"),
        (line("tick", **{**TICK, "users": "8"}), r"Expected `int`, got `str` - at `\$.users`"),
        (
            line("result", **RESULT, steps=[{**OPEN, "rate": None}], locust=LOCUST),
            r"step 0 \(open\) with the rate None",
        ),
        (
            line("result", **RESULT, steps=[{**STEP, "rate": 250}], locust=LOCUST),
            r"step 0 \(ramp\) with the rate 250.0",
        ),
    ],
)
def test_a_lab_event_that_is_not_understood_is_an_error(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        decode(text)


@pytest.mark.parametrize("version", [1, VERSION + 1, "2", None, 2.0, True])
def test_an_image_of_another_version_is_refused_and_told_what_to_do(version: object) -> None:
    text = line("failed", reason="x").replace(f'"lab":{VERSION}', f'"lab":{json.dumps(version)}')
    with pytest.raises(VersionError, match="the load generator's image names") as refused:
        decode(text)
    assert f"which has version {VERSION} here: rebuild the image of the load" in str(refused.value)
    assert "`make images`" in str(refused.value)


def test_events_of_another_version_need_not_look_like_these() -> None:
    other = VERSION + 1
    with pytest.raises(VersionError, match=f"names version {other} of the lab's protocol"):
        decode(f'{{"lab":{other},"event":"coffee","cups":2}}')


def test_a_log_is_readable_without_the_files_in_it() -> None:
    others = ["[12:00] Starting", line("ready", workers=1, versions={}), "a line without an end"]
    file = line("file", name="locust_stats.csv", text="Type\r\n")
    assert without_files("\n".join([others[0], file, *others[1:]])) == "\n".join(others)
    assert without_files("") == ""
