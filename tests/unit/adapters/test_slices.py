"""The host's side of slices: it never waits for ever, and says what the client said last."""

from types import SimpleNamespace
from typing import Any

import pytest

from labwire.protocol import VERSION
from labwire.slices import (
    Aim,
    Aimed,
    Command,
    Failed,
    Saturate,
    Served,
    Slice,
    Spread,
    decode_command,
    encode,
)
from orchestrator.adapters.conversation import LineConversation
from orchestrator.adapters.slices import DockerSliceLoad
from orchestrator.errors import ServerFailed, TrialFailed
from tests.fakes import FakeContainer
from tests.unit.examples import planned

SLICE = Slice(
    servers=(Served(requests=5, failures={}, completed=5, connects=0, histogram="HIST"),),
    duration_s=0.25,
    idle=0.5,
)


class Client:
    """The client's end of the pipe: gives these pieces, one at a time; then it is silent."""

    def __init__(self, *pieces: bytes | BaseException) -> None:
        self._pieces = list(pieces)
        self.commands: list[Command] = []
        self.waits: list[float] = []

    def send(self, data: bytes) -> None:
        *lines, rest = data.split(b"\n")
        assert rest == b""
        self.commands += [decode_command(line) for line in lines]

    def receive(self, within_s: float) -> bytes:
        self.waits.append(within_s)
        piece = self._pieces.pop(0) if self._pieces else TimeoutError()
        if isinstance(piece, BaseException):
            raise piece
        return piece


def load(client: Any, log: str = "the client's log") -> DockerSliceLoad:
    container: Any = SimpleNamespace(
        service="locust-worker", last_words=lambda: log, wait=lambda _within_s: 3
    )
    talk = LineConversation(container, client)
    return DockerSliceLoad(talk, "json", planned(profile="smoke").loading)


def line(answer: Aimed | Slice | Failed) -> bytes:
    return encode(answer).encode() + b"\n"


def test_commands_go_out_and_answers_come_back_in_whatever_pieces() -> None:
    said = line(Aimed()) + line(SLICE) + line(SLICE)
    client = Client(said[:5], said[5:60], said[60:])
    it = load(client)
    it.aim([FakeContainer("weblab-1-flask-a"), FakeContainer("weblab-1-flask-b")], within_s=7.0)
    assert it.spread(200, 1_000.0, 3) == SLICE
    assert it.saturate(1, 64, 0.5) == SLICE
    aim, spread, saturate = client.commands
    assert isinstance(aim, Aim)
    assert aim.servers == ("http://weblab-1-flask-a:8000", "http://weblab-1-flask-b:8000")
    assert (aim.workload, aim.within_s) == ("json", 7.0)
    assert (aim.connect_timeout_s, aim.request_timeout_s) == (0.4, 0.4)
    assert spread == Spread(requests=200, rate=1_000.0, seed=3)
    assert saturate == Saturate(server=1, connections=64, seconds=0.5)


def test_what_the_client_could_not_do_fails_with_its_reason() -> None:
    client = Client(line(Failed(reason="it is not aimed at any server")))
    with pytest.raises(TrialFailed, match=r"^the load: it is not aimed at any server$"):
        load(client).spread(200, 1_000.0, 3)


def test_the_server_that_failed_is_known_by_its_place() -> None:
    client = Client(line(Failed(reason="server 1 did not answer", server=1)))
    with pytest.raises(ServerFailed, match=r"^the load: server 1 did not answer$") as failed:
        load(client).aim([FakeContainer("a"), FakeContainer("b")], within_s=1.0)
    assert failed.value.place == 1


def test_one_client_can_request_another_workload() -> None:
    client = Client(line(Aimed()))
    load(client).aim([FakeContainer("a")], within_s=1.0, workload="text")
    (aim,) = client.commands
    assert isinstance(aim, Aim)
    assert aim.workload == "text"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (b"", "the load generator's program: locust-worker ended with exit code 3"),
        (TimeoutError(), r"said nothing for \d+"),
        (ConnectionResetError("reset"), "ended with exit code 3"),
    ],
)
def test_a_client_that_does_not_answer_fails_with_the_end_of_its_log(
    said: bytes | BaseException, reason: str
) -> None:
    with pytest.raises(TrialFailed, match=reason) as failed:
        load(Client(said)).spread(1, 1.0, 1)
    assert failed.value.log_tail == "the client's log"


def test_an_answer_to_something_else_fails() -> None:
    with pytest.raises(TrialFailed, match="gave another answer than Slice"):
        load(Client(line(Aimed()))).spread(1, 1.0, 1)


def test_a_line_that_is_no_answer_is_shown() -> None:
    with pytest.raises(TrialFailed, match="Traceback"):
        load(Client(b"Traceback\n")).spread(1, 1.0, 1)


def test_an_image_of_another_version_is_to_be_rebuilt() -> None:
    said = line(Aimed()).replace(f'"lab":{VERSION}'.encode(), b'"lab":1')
    with pytest.raises(TrialFailed, match=r"names version 1 .*`make images`"):
        load(Client(said)).aim([FakeContainer("a")], within_s=1.0)


def test_an_image_from_before_slices_is_to_be_rebuilt() -> None:
    log = "/usr/local/bin/python3: No module named labload.slices"
    with pytest.raises(TrialFailed, match=r"ended.*`make images`"):
        load(Client(b""), log).spread(1, 1.0, 1)


def test_the_wait_is_bounded_by_what_was_asked() -> None:
    client = Client(line(Aimed()), line(SLICE))
    it = load(client)
    it.aim([FakeContainer("a"), FakeContainer("b")], within_s=5.0)
    it.spread(1_000, 100.0, 1)
    aimed, spread = client.waits
    assert 5 < aimed < 90
    assert 20 < spread < 40
