"""A container may print anything. No output of it breaks a trial."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from itertools import repeat
from socket import socket, socketpair
from threading import Event, Thread
from types import SimpleNamespace
from typing import Any

import docker.errors
import pytest
import requests.exceptions

from orchestrator.adapters import docker_container
from orchestrator.adapters.docker_container import SAID_BYTES, DockerContainer
from orchestrator.errors import TrialFailed


class Printing:
    """A container of the SDK in which every command prints this."""

    def __init__(self, code: int, printed: bytes) -> None:
        self._told = code, printed

    def exec_run(self, *_: object, **__: object) -> tuple[int, bytes]:
        return self._told


@pytest.mark.parametrize(
    ("code", "printed", "found"),
    [
        (0, b"TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 0 7\n", 7),
        (0, b"TcpExt: SyncookiesSent ListenOverflows\nTcpExt: 0\n", None),
        (0, b"TcpExt: ListenOverflows\nTcpExt: many\n", None),
        (0, b"\xff\xfe nothing of the kernel's", None),
        (1, b"TcpExt: ListenOverflows\nTcpExt: 7\n", None),
    ],
)
def test_a_counter_that_cannot_be_read_is_unknown(
    code: int, printed: bytes, found: int | None
) -> None:
    container: Any = Printing(code, printed)
    assert DockerContainer(container, "flask").listen_overflows() == found


class Checked:
    """A container of the SDK whose healthcheck prints this and ends so, one run after the other."""

    id = "c0ffee"

    def __init__(self, *runs: tuple[Iterable[bytes], int | Exception]) -> None:
        self._runs, self._asked = iter(runs), 0
        self.begun = 0
        self.attrs = {
            "State": {
                "Running": True, "ExitCode": 0, "OOMKilled": False,
                "StartedAt": "2026-11-26T00:00:00Z",
            },
            "RestartCount": 0,
        }  # fmt: skip
        self.client = SimpleNamespace(api=self)

    def reload(self) -> None: ...

    def exec_create(self, container: str, command: list[str], *, stdin: bool) -> dict[str, str]:
        assert (container, command, stdin) == ("c0ffee", ["ready"], False)
        self.begun += 1
        return {"Id": str(self.begun)}

    def exec_start(self, _exec_id: str, *, socket: bool) -> Any:
        assert socket
        said, self._ends = next(self._runs)
        if isinstance(self._ends, docker.errors.APIError):
            raise self._ends
        engine, client = socketpair()
        Thread(target=prints, args=(engine, said)).start()
        buffered = SimpleNamespace(read1=lambda _most: b"")
        response = SimpleNamespace(
            raw=SimpleNamespace(_fp=SimpleNamespace(fp=buffered)), close=lambda: None
        )
        return SimpleNamespace(_sock=client, _response=response)

    def exec_inspect(self, _exec_id: str) -> dict[str, Any]:
        if isinstance(self._ends, Exception):
            raise self._ends
        self._asked += 1  # the engine knows of the end a bit later
        return {"Running": self._asked % 2 == 1, "ExitCode": self._ends}


def prints(engine: socket, said: Iterable[bytes]) -> None:
    """The engine's end: a frame for each piece, then the end."""
    with engine, suppress(OSError):  # nobody may listen any more
        for data in said:
            engine.sendall(bytes([1, 0, 0, 0]) + len(data).to_bytes(4, "big") + data)


def healthy(found: Checked, within_s: float) -> float:
    container: Any = found
    return DockerContainer(container, "mate").healthy(["ready"], within_s)


def test_a_healthcheck_is_repeated_until_it_succeeds() -> None:
    found = Checked(([b"no"], 1), ([], 0))
    assert healthy(found, 30) > 0
    assert found.begun == 2


def test_a_healthcheck_has_all_the_time_that_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docker_container, "READ_WITHIN_S", 0.05)

    def slow() -> Iterator[bytes]:
        Event().wait(0.3)
        yield b"ready"

    found = Checked((slow(), 0))
    healthy(found, 30)
    assert found.begun == 1


def test_after_a_healthcheck_that_does_not_end_there_is_no_other() -> None:
    goes_on = Event()

    def hanging() -> Iterator[bytes]:
        goes_on.wait(30)
        yield b""

    found = Checked((hanging(), 0))
    with pytest.raises(TrialFailed, match=r"its check had not ended after 0\.2 s"):
        healthy(found, 0.2)
    goes_on.set()
    assert found.begun == 1


def test_a_healthcheck_that_never_stops_printing_ends_too() -> None:
    found = Checked((repeat(b"no " * 1000), 0))
    with pytest.raises(TrialFailed, match=r"its check had not ended after 0\.2 s"):
        healthy(found, 0.2)


def test_after_a_healthcheck_that_was_lost_there_is_no_other() -> None:
    found = Checked(([b"not"], requests.exceptions.ConnectionError("the engine hung up")))
    with pytest.raises(TrialFailed, match="not be followed to its end: the engine hung up"):
        healthy(found, 30)
    assert found.begun == 1


def test_a_healthcheck_that_the_engine_refuses_is_tried_again() -> None:
    assert healthy(Checked(([], docker.errors.APIError("no such program")), ([], 0)), 30) > 0


def test_of_much_output_only_the_beginning_is_kept() -> None:
    container: Any = Checked(([b"no " * 1000] * 100, 1))
    well, said = DockerContainer(container, "mate")._health(["ready"], 30)
    assert not well
    assert said == ("no " * SAID_BYTES)[:SAID_BYTES]
