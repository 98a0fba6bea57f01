"""A container may print anything. No output of it breaks a trial."""

from typing import Any

import pytest

from orchestrator.adapters.docker_container import DockerContainer


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
