"""Commands for slices of load, and their answers, travel as lines."""

import json
from typing import Any

import pytest

from labwire.protocol import VERSION, VersionError
from labwire.slices import (
    ANSWERS,
    COMMANDS,
    Aim,
    Aimed,
    Answer,
    Command,
    Failed,
    Saturate,
    Served,
    Slice,
    Spread,
    decode_answer,
    decode_command,
    encode,
)

AIM = Aim(
    workload="json",
    servers=("http://a:8000", "http://b:8000"),
    within_s=20.0,
    connections=32,
    connect_timeout_s=1.0,
    request_timeout_s=5.0,
)
SERVED = Served(requests=200, failures={"timeout": 2}, completed=198, connects=32, histogram="HIST")


@pytest.mark.parametrize(
    "command",
    [
        AIM,
        Spread(requests=200, rate=1_500.0, seed=7),
        Saturate(server=1, connections=64, seconds=0.5),
    ],
)
def test_a_command_arrives_as_it_was_given(command: Command) -> None:
    line = encode(command)
    assert "\n" not in line
    assert decode_command(line.encode()) == command


@pytest.mark.parametrize(
    "answer",
    [
        Aimed(),
        Slice(servers=(SERVED, SERVED), duration_s=0.25, idle=0.875),
        Failed(reason="server 1 did not give the right answer\nin two lines", server=1),
        Failed(reason="it is not aimed at any server"),
    ],
)
def test_an_answer_arrives_as_it_was_given(answer: Answer) -> None:
    line = encode(answer)
    assert "\n" not in line
    assert decode_answer(line) == answer


def line(says: str, **members: Any) -> str:
    return json.dumps({"lab": VERSION, "says": says, **members})


@pytest.mark.parametrize("version", [1, VERSION + 1, "3", None, True])
def test_another_version_is_refused_even_if_it_says_what_nobody_knows(version: object) -> None:
    text = json.dumps({"lab": version, "says": "coffee"})
    with pytest.raises(VersionError, match="the load generator's image names"):
        decode_answer(text)
    with pytest.raises(VersionError, match="the lab that commands this client names"):
        decode_command(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Traceback (most recent call last):",
        '{"lab":',
        "[]",
        line("coffee"),
        line("aimed"),
        line("spread"),
        line("spread", requests=0, rate=1.0, seed=1),
        line("spread", requests=1, rate=0.0, seed=1),
        line("spread", requests="many", rate=1.0, seed=1),
        line("saturate", server=-1, connections=1, seconds=1),
        line("saturate", server=0, connections=1, seconds=601),
        line("aim", servers=[], workload="json", within_s=1, connections=1),
        '{"lab":' + "[" * 100_000,
    ],
)
def test_a_line_that_is_no_command_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_command(text)


@pytest.mark.parametrize("text", ["", line("aim"), line("slice", servers=[]), line("failed")])
def test_a_line_that_is_no_answer_is_refused_in_words(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        decode_answer(text)


def test_commands_and_answers_have_different_names() -> None:
    assert not COMMANDS.keys() & ANSWERS.keys()
