"""The engine with a mix of requests, against real sockets."""

import json
import re
import socket
import tomllib
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import pytest

from labload.counts.tally import OTHER
from labload.engine.cards import dealt
from labload.engine.heads import HeadJudge
from labload.engine.target import aim
from labwire.contract import workloads
from labwire.mix import DEALT
from tests.unit.loadgen.engine.servers import Serve
from tests.unit.loadgen.engine.test_client_engine import bench, follow, successes

CONTRACT = """
[echo]
values = { id = { first = 1, last = 100000 }, word = ["a", "a much longer word"] }

[[echo.mix]]
weight = 8
path = "/echo/${id}?word=${word}"
status = 200
content_type = "application/json"
json = '{"id": ${id}, "word": "${word}"}'

[[echo.mix]]
weight = 2
method = "POST"
path = "/echo"
request_body = "no number"
status = [400, 422]
any_body = true
"""
ECHO = workloads(Path("contract.toml"), tomllib.loads(CONTRACT))["echo"]
ASKED = re.compile(rb"GET /echo/(\d+)\?word=(\S+) HTTP")


def reply(status: int, body: bytes) -> bytes:
    """A response with a length."""
    return (
        b"HTTP/1.1 %d X\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        % (status, len(body))
        + body
    )


def echoed(request: bytes) -> bytes:
    """The right answer, computed from the request alone."""
    asked = ASKED.match(request)
    if asked is None:
        return reply(422, b"no")
    word = asked[2].replace(b"%20", b" ").decode()
    return reply(200, json.dumps({"word": word, "id": int(asked[1])}).encode())


def answered(by: Callable[[bytes], bytes], most: int = 10**6) -> Serve:
    """Answer so many requests of each connection, and close it then."""

    def serve(connection: socket.socket, _: int) -> None:
        for _ in range(most):
            request = connection.recv(4000)
            if not request:
                return
            connection.sendall(by(request))

    return serve


@pytest.mark.parametrize("loop", ["closed", "open"])
def test_each_answer_is_judged_by_its_own_request(loop: str) -> None:
    with bench(answered(echoed), ECHO) as it:
        it.engine.open()
        if loop == "open":
            follow(it, 500)
        it.run(successes(300))
    assert it.ended()[1] == {}
    assert it.connects == 1


def test_the_requests_come_in_the_order_of_the_deal() -> None:
    seen: list[bytes] = []

    def noted(request: bytes) -> bytes:
        seen.append(request.partition(b" HTTP")[0])
        return echoed(request)

    with bench(answered(noted), ECHO) as it:
        it.engine.open()
        it.run(successes(200))
    dealt_first = [str(exchange.request).encode() for exchange in ECHO.exchanges]
    assert seen == dealt_first[: len(seen)]
    assert len(ECHO.exchanges) == DEALT


def test_an_answer_that_was_kept_from_another_request_is_wrong() -> None:
    kept: list[bytes] = []

    def cached(request: bytes) -> bytes:
        if ASKED.match(request) is None:
            return echoed(request)
        kept[:1] = kept[:1] or [echoed(request)]
        return kept[0]

    with bench(answered(cached), ECHO) as it:
        it.engine.open()
        it.run(lambda bench: sum(bench.ended()[1].values()) >= 40)
    assert set(it.ended()[1]) == {"bad_body"}
    reasons = {reason for step in it.tally.values() for reason in step.reasons} - {OTHER}
    assert reasons
    assert all(one.startswith("bad_body: GET /echo/${id}?word=${word}: ") for one in reasons)


def test_an_invalid_request_that_is_accepted_has_the_wrong_status() -> None:
    def accepted(request: bytes) -> bytes:
        return echoed(request) if ASKED.match(request) else reply(200, b"{}")

    with bench(answered(accepted), ECHO) as it:
        it.engine.open()
        it.run(lambda bench: sum(bench.ended()[1].values()) >= 10)
    assert set(it.ended()[1]) == {"bad_status"}
    (reason,) = {reason for step in it.tally.values() for reason in step.reasons}
    assert reason == "bad_status: POST /echo: status 200, not 400 or 422"


def test_a_close_between_requests_of_different_lengths_is_no_failure_of_the_next() -> None:
    """The engine sees from the bytes that arrived whether the server can have read the request."""
    with bench(answered(echoed, most=3), ECHO) as it:
        for _ in range(4):
            it.engine.open()
        it.run(successes(200), within_s=20)
    assert set(it.ended()[1]) <= {"reset"}  # the close and the next request may cross
    assert it.connects >= 60


def test_requests_of_one_kind_share_known_headers() -> None:
    target = aim("http://127.0.0.1:9", ECHO, connect_timeout_s=1, request_timeout_s=1)
    cards = dealt(target)
    assert len(cards) == DEALT
    judges = [card.judge for card in cards]
    assert len({id(judge._heads) for judge in judges if isinstance(judge, HeadJudge)}) == 2


ONE = """
[one]
path = "/one"
status = 200
content_type = "application/json"
json = '{"id": 7, "word": "a"}'
"""
SINGLE = workloads(Path("contract.toml"), tomllib.loads(ONE))["one"]


def test_answers_to_one_request_may_differ_in_their_bytes() -> None:
    """Their headers are known after the first, so that the others need no parser."""
    spaces = cycle(range(3))

    def spaced(_: bytes) -> bytes:
        return reply(200, b'{"word":%s"a", "id": 7}' % (b" " * next(spaces)))

    with bench(answered(spaced), SINGLE) as it:
        it.engine.open()
        it.run(successes(100))
    assert it.ended()[1] == {}
    target = aim("http://127.0.0.1:9", SINGLE, connect_timeout_s=1, request_timeout_s=1)
    (card,) = dealt(target)
    assert isinstance(card.judge, HeadJudge)


def test_an_answer_to_one_request_that_is_wrong_in_value_fails() -> None:
    turns = cycle((b'{"id": 7, "word": "a"}', b'{"id": 8, "word": "a"}'))
    with bench(answered(lambda _: reply(200, next(turns))), SINGLE) as it:
        it.engine.open()
        it.run(lambda bench: sum(bench.ended()[1].values()) >= 10)
    right, wrong = it.ended()
    assert set(wrong) == {"bad_body"}
    assert abs(right - wrong["bad_body"]) <= 1
    (reason,) = {reason for step in it.tally.values() for reason in step.reasons}
    assert reason.startswith("bad_body: .id is 8, not 7: ")
