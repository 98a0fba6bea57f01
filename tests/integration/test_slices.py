"""The program that loads servers in slices, with real sockets."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

import pytest
from hdrh.histogram import HdrHistogram

from labwire.slices import (
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
    encode,
)
from tests.integration.harness import LOCUSTFILE, CountingServer, answer, running


class Program:
    """The running program."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None
        assert process.stdout is not None
        self.process, self.stdin, self.stdout = process, process.stdin, process.stdout

    def tell(self, line: bytes) -> Answer:
        self.stdin.write(line + b"\n")
        self.stdin.flush()
        return decode_answer(self.stdout.readline())

    def obey(self, command: Command) -> Answer:
        return self.tell(encode(command).encode())

    def slice(self, command: Spread | Saturate) -> Slice:
        found = self.obey(command)
        assert isinstance(found, Slice), found
        return found


@contextmanager
def program() -> Iterator[Program]:
    with subprocess.Popen(
        [sys.executable, "-m", "labload.slices"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(LOCUSTFILE.parent)},
    ) as process:
        try:
            yield Program(process)
        finally:
            process.kill()


def at(*urls: str, **changes: Any) -> Aim:
    aim = Aim(
        workload="json",
        servers=urls,
        within_s=5.0,
        connections=8,
        connect_timeout_s=0.5,
        request_timeout_s=0.5,
    )
    return replace(aim, **changes)


SPREAD = Spread(requests=50, rate=500.0, seed=1)


def recorded(histogram: str) -> int:
    return int(HdrHistogram.decode(histogram).get_total_count())


def counts(served: Served) -> tuple[int, int, int]:
    """Requests, completed and the histogram's total."""
    return served.requests, served.completed, recorded(served.histogram)


class Slow(CountingServer):
    """Answers late, each connection for itself."""

    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        await asyncio.sleep(0.03)
        return await super().reply(writer)


class Silent(CountingServer):
    """Answers only so many requests."""

    answers = 0

    async def reply(self, writer: asyncio.StreamWriter) -> bool:
        if self.requests > self.answers:
            await asyncio.sleep(3600)
        return await super().reply(writer)


def test_each_server_gets_exactly_what_was_asked_whatever_the_others_do() -> None:
    closing = answer(extra="Connection: close\r\n")
    with ExitStack() as stack:
        servers = [
            stack.enter_context(running(it))
            for it in (CountingServer(), Slow(), CountingServer(closing))
        ]
        it = stack.enter_context(program())
        assert it.obey(at(*(server.url for server in servers))) == Aimed()
        assert [server.requests for server in servers] == [1, 1, 1]
        for seed in range(3):
            found = it.slice(replace(SPREAD, seed=seed))
            assert [counts(served) for served in found.servers] == [(50, 50, 50)] * 3
            assert [served.failures for served in found.servers] == [{}] * 3
            assert [server.requests for server in servers] == [1 + 50 * (seed + 1)] * 3
            assert 0 <= found.idle <= 1
            assert found.duration_s > 149 / 500
            plain, slow, closed = (served.connects for served in found.servers)
            assert (plain, slow) == ((8, 8) if seed == 0 else (0, 0))
            assert closed == 50


def test_a_closed_loop_loads_one_server_alone() -> None:
    with running(CountingServer()) as idle, running(CountingServer()) as busy, program() as it:
        assert it.obey(at(idle.url, busy.url)) == Aimed()
        found = it.slice(Saturate(server=1, connections=4, seconds=0.5))
        (served,) = found.servers
        assert idle.requests == 1
        # The server counts what it was sent: nothing is under way when the answer comes.
        assert busy.requests == 1 + served.requests
        assert served.failures == {}
        assert served.connects == 4
        assert served.requests - 4 <= served.completed <= served.requests
        assert recorded(served.histogram) == served.requests > 20


def test_a_closed_loop_costs_no_connections_in_the_next_open_loop() -> None:
    """They would count as CPU time of that server alone."""
    with running(CountingServer()) as one, running(CountingServer()) as other, program() as it:
        assert it.obey(at(one.url, other.url)) == Aimed()
        assert [each.connects for each in it.slice(SPREAD).servers] == [8, 8]
        for connections in (4, 16):
            closed = it.slice(Saturate(server=0, connections=connections, seconds=0.1))
            assert closed.servers[0].failures == {}
            again = it.slice(SPREAD)
            assert [counts(each) for each in again.servers] == [(50, 50, 50)] * 2
            assert [each.connects for each in again.servers] == [0, 0]


def test_it_is_aimed_anew_for_each_launch() -> None:
    with program() as it:
        for _ in range(2):
            with running(CountingServer()) as server:
                assert it.obey(at(server.url)) == Aimed()
                (served,) = it.slice(SPREAD).servers
                assert counts(served) == (50, 50, 50)
                assert server.requests == 51


def test_a_server_that_is_gone_is_failures_and_no_hang() -> None:
    with program() as it, running(CountingServer()) as stays:
        with running(CountingServer()) as goes:
            assert it.obey(at(stays.url, goes.url)) == Aimed()
        first, second = it.slice(SPREAD).servers
        assert counts(first) == (50, 50, 50)
        assert (second.requests, second.completed) == (50, 0)
        assert sum(second.failures.values()) == 50
        assert "connect_refused" in second.failures


def test_a_server_that_falls_silent_is_timeouts() -> None:
    silent = Silent()
    silent.answers = 11
    with running(silent), running(CountingServer()) as other, program() as it:
        assert it.obey(at(silent.url, other.url)) == Aimed()
        first, second = it.slice(SPREAD).servers
        assert (first.requests, first.completed, first.failures) == (50, 10, {"timeout": 40})
        assert counts(second) == (50, 50, 50)


@pytest.mark.parametrize(
    ("server", "reason"),
    [
        (Silent(), "no complete answer came in time"),
        (CountingServer(answer(body=b"{}")), "bad_body: "),
        (CountingServer(answer(status="500 Oh")), "bad_status: "),
    ],
)
def test_a_server_that_never_answers_right_is_named_by_its_place(
    server: CountingServer, reason: str
) -> None:
    with running(CountingServer()) as good, running(server), program() as it:
        said = it.obey(at(good.url, server.url, within_s=0.3))
        assert isinstance(said, Failed)
        assert said.reason.startswith(f"server 1 ({server.url}) did not give the right answer ")
        assert reason in said.reason
        assert it.obey(SPREAD) == Failed(reason="it is not aimed at any server")
        assert it.obey(at(good.url)) == Aimed()


def test_a_name_that_does_not_resolve_is_a_reason() -> None:
    with program() as it:
        said = it.obey(at("http://no-such-host.invalid:8000", within_s=0.3))
        assert isinstance(said, Failed)
        assert "server 0 (http://no-such-host.invalid:8000)" in said.reason


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Saturate(server=1, connections=1, seconds=0.1), "there is no server 1: 1 were aimed at"),
        (Spread(requests=1000, rate=1.0, seed=1), "at most 600 s are possible"),
        (at("http://127.0.0.1:1", workload="coffee"), "no workload 'coffee'"),
    ],
)
def test_what_is_impossible_is_refused_and_the_program_goes_on(
    command: Command, reason: str
) -> None:
    with running(CountingServer()) as server, program() as it:
        assert it.obey(at(server.url)) == Aimed()
        said = it.obey(command)
        assert isinstance(said, Failed)
        assert reason in said.reason
        assert it.obey(at(server.url)) == Aimed()


def test_a_line_that_is_no_command_is_answered_with_what_is_wrong() -> None:
    with program() as it:
        said = it.tell(b'{"lab":1,"says":"spread"}')
        assert isinstance(said, Failed)
        assert "names version 1 of the lab's protocol" in said.reason
        said = it.tell(b"\xff")
        assert isinstance(said, Failed)


def test_it_ends_with_its_stdin_even_in_the_middle_of_a_slice() -> None:
    with running(CountingServer()) as server, program() as it:
        assert it.obey(at(server.url)) == Aimed()
        it.stdin.write(encode(Spread(requests=300, rate=1.0, seed=1)).encode() + b"\n")
        it.stdin.close()
        assert it.process.wait(timeout=10) == 0
        assert it.stdout.read() == b""


def test_an_error_of_the_client_itself_ends_it_with_a_traceback() -> None:
    """With so few files it cannot open its connections. That is no failure of the server."""
    limited = "import resource, runpy, sys\n" + (
        "resource.setrlimit(resource.RLIMIT_NOFILE, (24, 24))\n"
        "runpy.run_module('labload.slices', run_name='__main__')"
    )
    with (
        running(CountingServer()) as server,
        subprocess.Popen(
            [sys.executable, "-c", limited],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": str(LOCUSTFILE.parent)},
        ) as process,
    ):
        it = Program(process)
        assert it.obey(at(server.url)) == Aimed()
        it.stdin.write(encode(Saturate(server=0, connections=64, seconds=5)).encode() + b"\n")
        it.stdin.flush()
        assert process.wait(timeout=10) == 3
        assert process.stderr is not None
        assert b"Too many open files" in process.stderr.read()
        assert it.stdout.read() == b""
