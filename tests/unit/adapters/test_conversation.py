"""Lines to and from a container's program, and Locust's steps at the host's word."""

from typing import Any

import pytest

from labwire.events import LoadFailed, LoadFile, LoadStep, Ready, StepBegan, StepEnded, encode
from labwire.phase import LoadPhase
from orchestrator.adapters.conversation import LineConversation
from orchestrator.adapters.locust import LocustOnCommand
from orchestrator.errors import TrialFailed
from tests.unit.examples import load_step


class Program:
    """A container's program that says these pieces; each is bytes, or an error."""

    service, name = "wrk", "weblab-1-wrk"

    def __init__(self, *pieces: bytes | OSError) -> None:
        self._pieces = list(pieces)
        self.told = b""

    def send(self, data: bytes) -> None:
        if self._pieces == [b""]:
            raise BrokenPipeError
        self.told += data

    def receive(self, within_s: float) -> bytes:
        piece = self._pieces.pop(0)
        if isinstance(piece, OSError):
            raise piece
        return piece

    def wait(self, within_s: float) -> int:
        return 137

    def last_words(self) -> str:
        return "its last words"

    def logs(self) -> str:
        return "its log"


def conversation(*pieces: bytes | OSError) -> tuple[LineConversation, Program]:
    program: Any = Program(*pieces)
    return LineConversation(program, program), program


def test_lines_come_whole_however_they_arrive() -> None:
    it, program = conversation(b"on", b"e\r\ntwo\nth", b"ree\n")
    assert [it.hear(1.0) for _ in range(3)] == ["one", "two", "three"]
    it.say("0.4")
    assert program.told == b"0.4\n"


@pytest.mark.parametrize(
    ("piece", "reason"),
    [
        (b"", "wrk ended with exit code 137 while the lab waited for it"),
        (ConnectionResetError(), "wrk ended with exit code 137 while the lab waited for it"),
        (TimeoutError(), "wrk said nothing for 2.5 s"),
    ],
)
def test_a_program_that_says_no_more_fails_by_its_name(piece: Any, reason: str) -> None:
    it, _ = conversation(b"half a li", piece)
    with pytest.raises(TrialFailed) as failed:
        it.hear(2.5)
    assert (failed.value.reason, failed.value.log_tail) == (reason, "its last words")


def test_nothing_can_be_said_to_a_program_that_has_ended() -> None:
    it, _ = conversation(b"")
    with pytest.raises(TrialFailed, match="wrk ended with exit code 137"):
        it.say("0.4")


STEP = load_step(1, "hold", 64, {1000: 3})


def on_command(*said: Any) -> tuple[LocustOnCommand, Program]:
    lines = [line if isinstance(line, str) else encode(line) for line in said]
    it, program = conversation(*(f"{line}\n".encode() for line in lines))
    return LocustOnCommand(it, [], 5.0), program


def test_a_step_at_the_hosts_word() -> None:
    load, program = on_command("Starting", Ready(workers=1, versions={}), StepEnded(step=STEP), "")
    load.await_ready()
    found: LoadStep = load.step(0.4)
    assert (found, program.told) == (STEP, b"0.4\n")


def test_the_reason_of_a_failure_comes_after_locusts_own_files() -> None:
    files = LoadFile(name="locust_stats.csv", text="Type")
    load, _ = on_command(files, LoadFailed(reason="terminated by SIGTERM"))
    with pytest.raises(TrialFailed, match="terminated by SIGTERM"):
        load.step(0.4)


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (LoadFailed(reason="0 of 1 workers are left"), "0 of 1 workers are left"),
        (
            StepBegan(index=1, phase=LoadPhase.HOLD, users=8, at=1.0),
            "unexpected event StepBegan of the load generator",
        ),
        ('{"lab":1,"event":"ready"}', "the load generator's image names version 1 of the lab"),
    ],
)
def test_a_load_that_fails_says_why(said: Any, reason: str) -> None:
    load, _ = on_command(said)
    with pytest.raises(TrialFailed) as failed:
        load.step(0.4)
    assert failed.value.reason.startswith(reason)
